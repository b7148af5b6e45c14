import {
  add,
  div,
  exp,
  maximum,
  mean,
  minimum,
  mul,
  type NamedNodes,
  type Node,
  norm,
  reduceSum,
  reshape,
  square,
  sub,
} from "../../graph/index.js";
import type { Field, Span } from "../../ode/index.js";
import { acceptsDepthPerSample, asColumn, evaluateField, stateType } from "../../ode/internal.js";
import { compileTraining, type Optimizer } from "../../optim/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import { cast, draw, fail, Random, sizeOf, tensor } from "../../tensor/index.js";
import type { BaseDistribution } from "./base-distribution.js";
import { defaultTails, logTailRatio, type Tails, tailedSample, tailsInBatch } from "./base-tails.js";
import type { FlowTrainer } from "./trainer.js";

export interface FlowMatchingOptions {
  readonly base: BaseDistribution;
  readonly span: Span;
  readonly optimizer: Optimizer;
  readonly clipNorm?: number;
  readonly averageDecay?: number;
  /** Width of the paths' ends: data are blurred by this deviation. Default 0. */
  readonly sigma?: number;
  /**
   * Draws t = 1 − (1 − u)^timeExponent from uniform u: above 1 it favors the end where the data are and f is steepest. The
   * field that minimizes the loss is the same for all. Default 2; 1 is uniform.
   */
  readonly timeExponent?: number;
  /**
   * Base draws that are widened, so that f is learned where base draws are rare; elsewhere a field may do there what it
   * likes, and the rare draw that begins there ends anywhere. Weights keep the minimum of the loss where it was. The
   * share is rounded to whole rows of a batch. Default `defaultTails`: one in eight, 1.6 times as wide in the plane and
   * less so in more dimensions; share 0: none.
   */
  readonly tails?: Tails;
  /** Largest Euclidean norm of the data: tells which points of a path only far draws reach. Default Infinity: not known. */
  readonly radius?: number;
  /** Rows a mini-batch; every batch has as many. */
  readonly batch: number;
  readonly seed?: number;
}

/**
 * Training without solving: f(s, z_t) is regressed on the velocity of straight paths from base draws to data,
 * z_t = (1 − (1 − σ)t) x₀ + t x₁,  u = x₁ − (1 − σ) x₀, over t in [0, 1]; s runs over the span with t, so
 * velocities are divided by its length. Reference: Y. Lipman et al., "Flow Matching for Generative Modeling", ICLR 2023,
 * eq. 20 to 23 (conditional optimal-transport paths).
 *
 * The best f at (t, z) is the mean velocity of the paths through it. Draws x₀ from a wider q than the base p get the
 * weight p(x₀)/q(x₀), which keeps that mean, times q/p at the nearest x₀ from which any datum leads through (t, z); that
 * makes up for it where only far draws get to, and moves no mean, being the same for all paths through one point.
 * @throws UNSUPPORTED_FIELD when f takes one s for the whole batch; INVALID_ARGUMENT for sigma, timeExponent or tails out of range.
 */
export async function compileFlowMatching(
  field: Field,
  options: FlowMatchingOptions,
  machine: CompileOptions = {},
): Promise<FlowTrainer> {
  requireDepthPerSample(field);
  const { base, span, sigma = 0, timeExponent = 2, radius = Infinity, batch, seed = 0 } = options;
  requireNumber("sigma", sigma, "a finite number, at least 0", sigma >= 0);
  requireNumber("timeExponent", timeExponent, "a finite number above 0", timeExponent > 0);
  const { shape, dtype } = stateType(field);
  const extents = shape.slice(1).map(Number);
  const width = sizeOf(extents);
  const tails = tailsOf(options, width);
  const training = await compileTraining(
    {
      parameters: field.parameters,
      batch: {
        data: { shape: [batch, ...extents], dtype },
        noise: { shape: [batch, ...extents], dtype },
        t: { shape: [batch, 1], dtype },
      },
      loss: (parameters, { data, noise, t }) => {
        const { z, error } = pathError(field, { data, noise, t }, { span, sigma, parameters });
        if (tails.share === 0) return mean(error);
        const point = { noise: flat(noise), t, z: flat(z), sigma, radius };
        return mean(mul(error, pathWeight(base, tails, point)));
      },
      optimizer: options.optimizer,
      clipNorm: options.clipNorm,
      averageDecay: options.averageDecay,
    },
    { hot: true, ...machine },
  );
  return {
    get iteration() {
      return training.iteration;
    },
    step: async (x, learningRate) => {
      const random = new Random(seed).fork(`path ${training.iteration}`);
      const noise = { ...tailedSample(base, tails, batch, width, random), shape: [batch, ...extents] };
      const t = tensor(
        "float32",
        [batch, 1],
        draw(batch, () => 1 - (1 - random.uniform()) ** timeExponent),
      );
      const feeds = Object.entries({ data: x, noise, t }).map(([name, value]) => [name, cast(value, dtype)]);
      return training.step(Object.fromEntries(feeds), learningRate);
    },
    parameters: () => training.parameters(),
    averaged: () => training.averaged(),
    state: () => training.state(),
    restore: (state) => training.restore(state),
    dispose: () => training.dispose(),
  };
}

/** Points on paths, and the squared distance of f from their velocity. */
interface PathError {
  /** (1 − (1 − σ)t) x₀ + t x₁. */
  readonly z: Node;
  /** [batch, 1]. */
  readonly error: Node;
}

/**
 * What flow matching minimizes the mean of: |f(s, z_t) − u|², summed over a state.
 * @param path data x₁ and draws x₀, [batch, …], and t, [batch, 1].
 */
export function pathError(
  field: Field,
  { data, noise, t }: NamedNodes & Record<"data" | "noise" | "t", Node>,
  {
    span,
    sigma = 0,
    parameters,
  }: Pick<FlowMatchingOptions, "span" | "sigma"> & { readonly parameters: NamedNodes },
): PathError {
  const length = span[1] - span[0];
  const column = asColumn(t, noise);
  const z = add(sub(noise, mul(mul(noise, column), 1 - sigma)), mul(data, column));
  const velocity = mul(sub(data, mul(noise, 1 - sigma)), 1 / length);
  const s = add(mul(t, length), span[0]);
  const { dz } = evaluateField(field, s, z, { parameters });
  return { z, error: reduceSum(square(flat(sub(dz, velocity))), [1], true) };
}

/** [n, …] -> [n, all the rest]. */
const flat = (x: Node): Node =>
  x.shape.length === 2 ? x : reshape(x, [x.shape[0] ?? 1, sizeOf(x.shape.slice(1).map(Number))]);

/** The tails of a batch, checked. */
function tailsOf({ tails, batch }: FlowMatchingOptions, width: number): Tails {
  const { share, scale } = tails ?? defaultTails(width);
  requireNumber("tails: share", share, "0 ≤ share < 1", share >= 0 && share < 1);
  requireNumber("tails: scale", scale, "a finite number above 0", scale > 0);
  return tailsInBatch({ share, scale }, batch);
}

interface PathPoint {
  /** x₀, [batch, d]. */
  readonly noise: Node;
  /** [batch, 1]. */
  readonly t: Node;
  /** (1 − (1 − σ)t) x₀ + t x₁, [batch, d]. */
  readonly z: Node;
  readonly sigma: number;
  readonly radius: number;
}

/**
 * Weight [batch, 1] of a path from a tailed draw, at most 1: p/q at x₀ times q/p at the nearest draw from which a datum
 * within the radius leads through (t, z): that of norm (‖z‖ − t radius)/(1 − (1 − σ)t) in the direction of z.
 */
function pathWeight(base: BaseDistribution, tails: Tails, { noise, t, z, sigma, radius }: PathPoint): Node {
  const size = norm(z, -1, true);
  const beyond = radius === Infinity ? mul(size, 0) : maximum(sub(size, mul(t, radius)), 0);
  const nearest = mul(z, div(beyond, mul(add(size, SMALLEST), maximum(sub(1, mul(t, 1 - sigma)), SMALLEST))));
  // A datum beyond the radius would make of a far draw a near one.
  return exp(minimum(sub(logTailRatio(base, tails, nearest), logTailRatio(base, tails, noise)), 0));
}

/** Where a path has arrived no draw is nearer than another, and 0/0 is no weight. */
const SMALLEST = 1e-6;

function requireNumber(what: string, value: number, expected: string, holds: boolean): void {
  if (holds && value < Infinity) return;
  throw fail("INVALID_ARGUMENT", { what: `flow matching: ${what}`, expected, received: String(value) });
}

function requireDepthPerSample(field: Field): void {
  if (acceptsDepthPerSample(field)) return;
  throw fail("UNSUPPORTED_FIELD", {
    what: "flow matching",
    expected:
      "a field whose depth may differ from sample to sample: an input s of shape [batch] or [batch, 1]",
    received: "a field with one s for the whole batch",
    help: "export the model with s of shape [batch, 1]",
  });
}
