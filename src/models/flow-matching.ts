import { add, mean, mul, reduceSum, square, sub } from "../graph/index.js";
import { acceptsDepthPerSample, evaluateField, type Field, type Span, stateType } from "../ode/index.js";
import { compileTraining, type Optimizer } from "../optim/index.js";
import type { CompileOptions } from "../runtime/index.js";
import { cast, draw, fail, Random, tensor } from "../tensor/index.js";
import type { BaseDistribution } from "./base-distribution.js";
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
   * Draws t = 1 − (1 − u)^late from uniform u: above 1 it favours the end where the data are and f is steepest. The
   * field that minimises the loss is the same for all. Default 2; 1 is uniform.
   */
  readonly late?: number;
  /** Rows a mini-batch; every batch has as many. */
  readonly batch: number;
  readonly seed?: number;
  readonly compile?: CompileOptions;
}

/**
 * Training without solving: f(s, z_t) is regressed on the velocity of straight paths from base draws to data,
 * z_t = (1 − (1 − σ)t) x₀ + t x₁,  u = x₁ − (1 − σ) x₀, over t in [0, 1]; s runs over the span with t, so
 * velocities are divided by its length. Reference: Y. Lipman et al., "Flow Matching for Generative Modeling", ICLR 2023,
 * eq. 20 to 23 (conditional optimal-transport paths).
 * @throws UNSUPPORTED_FIELD when f takes one s for the whole batch; INVALID_ARGUMENT for sigma or late out of range.
 */
export async function compileFlowMatching(field: Field, options: FlowMatchingOptions): Promise<FlowTrainer> {
  requireDepthPerSample(field);
  const { base, span, sigma = 0, late = 2, batch, seed = 0 } = options;
  requireNumber("sigma", sigma, "a finite number, at least 0", sigma >= 0);
  requireNumber("late", late, "a finite number above 0", late > 0);
  const { shape, dtype } = stateType(field);
  const width = Number(shape[1]);
  const length = span[1] - span[0];
  const training = await compileTraining({
    parameters: field.parameters,
    batch: {
      data: { shape: [batch, width], dtype },
      noise: { shape: [batch, width], dtype },
      t: { shape: [batch, 1], dtype },
    },
    loss: (parameters, { data, noise, t }) => {
      const z = add(sub(noise, mul(mul(noise, t), 1 - sigma)), mul(data, t));
      const velocity = mul(sub(data, mul(noise, 1 - sigma)), 1 / length);
      const s = add(mul(t, length), span[0]);
      const { dz } = evaluateField(field, s, z, { parameters });
      return mean(reduceSum(square(sub(dz, velocity)), [1]));
    },
    optimizer: options.optimizer,
    ...(options.clipNorm !== undefined && { clipNorm: options.clipNorm }),
    ...(options.averageDecay !== undefined && { averageDecay: options.averageDecay }),
    compile: { hot: true, ...options.compile },
  });
  return {
    get iteration() {
      return training.iteration;
    },
    step: async (x, learningRate) => {
      const random = new Random(seed).fork(`path ${training.iteration}`);
      const noise = base.sample(batch, width, random);
      const t = tensor(
        "float32",
        [batch, 1],
        draw(batch, () => 1 - (1 - random.uniform()) ** late),
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
