import {
  add,
  div,
  type InputSpec,
  mul,
  type NamedNodes,
  type Node,
  reshape,
  sub,
  trace,
} from "../../graph/index.js";
import { fail } from "../../tensor/index.js";
import { evaluateField } from "../field/evaluate-field.js";
import { type Field, stateType } from "../field/field.js";
import { makeField } from "../field/make-field.js";
import { asColumn } from "../field/per-sample.js";
import type { predictions, spacings, variables } from "./denoiser-names.js";
import { numbersOf, type PathPoint } from "./noise-path.js";
import { type NoiseSchedule, type SchedulePoint, schedulePath } from "./noise-schedule.js";

/** What a network predicts of x = α x₀ + σ ε: dx/dt (of rectified flows), ε, x₀, or v = α ε − σ x₀. */
export type Prediction = (typeof predictions)[number];

/** A diffusion or flow network as a field. */
export interface DenoiserOptions {
  readonly prediction: Prediction;
  readonly schedule: NoiseSchedule;
  /** What s runs evenly through. Default `time`. */
  readonly spacing?: (typeof spacings)[number] | undefined;
  /**
   * What is solved for: the state x, or `scaled`: x/α, whose path is straight where the prediction of ε stays the same; with
   * spacing `sigma` DDIM is Euler's method there. Default `state`.
   */
  readonly variables?: (typeof variables)[number] | undefined;
  /** Classifier-free guidance: F_null + scale (F − F_null), two evaluations of the network for every one of the field. */
  readonly guidance?: { readonly scale: number; readonly without: Field } | undefined;
}

/**
 * The probability-flow equation of a network that predicts noise, data or velocity, as a field over s in [0, 1], from noise at
 * 0 to data at 1:
 *
 *     dx/ds = α′ x̂₀ + σ′ ε̂
 *
 * with x̂₀ and ε̂ out of the prediction at (x, t(s)). It is a field like any other: to be solved, corrected, differentiated, exported.
 * Source: Y. Song et al., Score-Based Generative Modeling through Stochastic Differential Equations, 2021, eq. 13; T. Karras
 * et al., Elucidating the Design Space of Diffusion-Based Generative Models, 2022, eq. 4.
 * @param network maps state and time to the prediction, as a field: `fieldOfModel`. Its time is what the schedule says.
 * @throws INVALID_ARGUMENT for a prediction of velocity under another schedule than a rectified flow's.
 */
export function denoiserField(network: Field, options: DenoiserOptions): Field {
  const { prediction, schedule, spacing = "time", guidance } = options;
  if (prediction === "velocity" && schedule.kind !== "rectified")
    throw fail("INVALID_ARGUMENT", {
      what: "prediction",
      expected: "epsilon, x0 or v with this schedule: velocity is a rectified flow's",
      received: prediction,
    });
  const isScaled = options.variables === "scaled";
  const path = schedulePath(schedule, spacing, {
    withoutNoiseEnd: prediction === "epsilon" || isScaled,
    withoutDataEnd: prediction === "x0",
  });
  const solved = (point: PathPoint<Node>): PathPoint<Node> => (isScaled ? scaledPoint(point) : point);
  const { roles, specs } = wholeInputs(network);
  const wanted = Object.keys(network.features);
  let features: NamedNodes = {};
  const graph = trace(specs, (nodes) => {
    const [z, s] = [nodes[roles.state] as Node, nodes[roles.depth] as Node];
    const own = columns(path(timeColumn(s)), z);
    const x = isScaled ? mul(z, own.alpha) : z;
    const asked = evaluateAt(network, own.time, x, nodes, wanted);
    features = asked.features;
    const predicted =
      guidance === undefined
        ? asked.dz
        : guided(guidance.scale, asked.dz, evaluateAt(guidance.without, own.time, x, nodes).dz);
    const velocitySign = schedule.kind === "rectified" && schedule.timeShare === "noise" ? -1 : 1;
    const { data, noise } = partsOf(prediction, predicted, x, own, velocitySign);
    const { dAlpha, dSigma } = solved(own);
    const dz = isScaled ? mul(noise, dSigma) : add(mul(data, dAlpha), mul(noise, dSigma));
    return { [roles.output]: dz };
  });
  return {
    ...makeField(graph, roles, network.parameters, features),
    path: numbersOf((s) => solved(path(s))),
  };
}

/** Guidance without a schedule: F_null + scale (F − F_null) of two fields of the same inputs. */
export function guidedField(
  field: Field,
  { scale, without }: NonNullable<DenoiserOptions["guidance"]>,
): Field {
  const { roles, specs } = wholeInputs(field);
  const wanted = Object.keys(field.features);
  let features: NamedNodes = {};
  const graph = trace(specs, (nodes) => {
    const [z, s] = [nodes[roles.state] as Node, nodes[roles.depth] as Node];
    const asked = evaluateAt(field, s, z, nodes, wanted);
    features = asked.features;
    return { [roles.output]: guided(scale, asked.dz, evaluateAt(without, s, z, nodes).dz) };
  });
  return makeField(graph, roles, field.parameters, features);
}

const guided = (scale: number, conditional: Node, unconditional: Node): Node =>
  add(unconditional, mul(sub(conditional, unconditional), scale));

/** Inputs of a field, with a depth where it has none. */
function wholeInputs({ graph, roles, parameters }: Field) {
  const { dtype } = stateType({ graph, roles } as Field);
  const depth = roles.depth ?? "s";
  const specs: Record<string, InputSpec> = {
    ...graph.inputs,
    [depth]: graph.inputs[depth] ?? { shape: [], dtype },
  };
  for (const [name, value] of Object.entries(parameters))
    specs[name] = { shape: value.shape, dtype: value.dtype };
  return { roles: { ...roles, depth }, specs };
}

/** One number for all as [1, 1], one a sample as [batch, 1]. */
function timeColumn(s: Node): Node {
  return reshape(s, [s.shape.includes("batch") ? "batch" : 1, 1]);
}

/** The numbers of a point in shapes that multiply states; the time as it is. */
function columns({ time, ...point }: SchedulePoint, z: Node): SchedulePoint {
  const beside = (node: Node): Node =>
    node.shape[0] === "batch"
      ? (asColumn(reshape(node, ["batch"]), z) as Node)
      : reshape(
          node,
          z.shape.map(() => 1),
        );
  return {
    alpha: beside(point.alpha),
    sigma: beside(point.sigma),
    dAlpha: beside(point.dAlpha),
    dSigma: beside(point.dSigma),
    time,
  };
}

function evaluateAt(
  field: Field,
  time: Node,
  x: Node,
  nodes: NamedNodes,
  wanted: readonly string[] = [],
): ReturnType<typeof evaluateField> {
  const pick = (names: readonly string[]): NamedNodes =>
    Object.fromEntries(names.map((name) => [name, nodes[name] as Node]));
  const s = time.shape.includes("batch") ? time : reshape(time, []);
  const rest = { controls: pick(field.roles.controls), parameters: pick(Object.keys(field.parameters)) };
  return evaluateField(field, s, x, rest, wanted);
}

/** x/α = x₀ + (σ/α) ε. */
function scaledPoint({ alpha, sigma, dAlpha, dSigma }: PathPoint<Node>): PathPoint<Node> {
  return {
    alpha: add(mul(alpha, 0), 1),
    sigma: div(sigma, alpha),
    dAlpha: mul(alpha, 0),
    dSigma: div(sub(mul(dSigma, alpha), mul(sigma, dAlpha)), mul(alpha, alpha)),
  };
}

/** x̂₀ and ε̂ out of a prediction at x. */
function partsOf(
  prediction: Prediction,
  predicted: Node,
  x: Node,
  { alpha, sigma }: PathPoint<Node>,
  velocitySign: number,
): { readonly data: Node; readonly noise: Node } {
  switch (prediction) {
    case "epsilon":
      return { data: div(sub(x, mul(predicted, sigma)), alpha), noise: predicted };
    case "x0":
      return { data: predicted, noise: div(sub(x, mul(predicted, alpha)), sigma) };
    case "v": {
      const whole = add(mul(alpha, alpha), mul(sigma, sigma));
      return {
        data: div(sub(mul(x, alpha), mul(predicted, sigma)), whole),
        noise: div(add(mul(x, sigma), mul(predicted, alpha)), whole),
      };
    }
    case "velocity": {
      const velocity = velocitySign < 0 ? mul(predicted, -1) : predicted;
      return { data: add(x, mul(velocity, sigma)), noise: sub(x, mul(velocity, alpha)) };
    }
  }
}
