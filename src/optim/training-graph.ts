import {
  add,
  cast,
  type Graph,
  gradientInParts,
  type InputSpec,
  mul,
  type NamedNodes,
  type Node,
  norm,
  slice,
  sub,
  sum,
  trace,
} from "../graph/index.js";
import type { NamedTensors } from "../runtime/index.js";
import { fail } from "../tensor/index.js";
import { clipNorm } from "./clip.js";
import type { Optimizer } from "./optimizer.js";
import { type Packing, packingOf, packNodes, unpackNodes } from "./packing.js";

/** A loss alone, or with scalars worth reporting and the new values of the buffers. */
export type LossResult =
  | Node
  | { readonly loss: Node; readonly metrics: NamedNodes; readonly buffers?: NamedNodes };

export interface TrainingProblem<Name extends string = string> {
  /** First values; all of one float type. */
  readonly parameters: NamedTensors;
  /**
   * First values of what a step renews without optimising it, such as running means. `loss` returns the new values, all
   * of them. Default: none.
   */
  readonly buffers?: NamedTensors;
  /** Types of the inputs that every step is given anew. */
  readonly batch: Readonly<Record<Name, InputSpec>>;
  /** Builds the float scalar to minimise; metrics are float scalars. */
  loss(parameters: NamedNodes, batch: Readonly<Record<Name, Node>>, buffers: NamedNodes): LossResult;
  readonly optimizer: Optimizer;
  /** Largest Euclidean norm of the whole gradient. Default: no limit. */
  readonly clipNorm?: number;
  /**
   * Keeps an exponential moving average of the parameters: average ← average + (1 − d)(parameters − average),
   * d = min(averageDecay, (1 + t)/(10 + t)) at step t, so that the first values are forgotten early. Default: none.
   */
  readonly averageDecay?: number;
}

/** One iteration as a graph, and how its vectors are laid out. */
export interface TrainingGraph {
  readonly graph: Graph;
  readonly packing: Packing;
  /** What the state vector holds, one copy of the packing each: parameters, the optimiser's slots, average. */
  readonly rows: readonly string[];
  /** Order of the report vector. */
  readonly report: readonly string[];
  /** Host numbers of one step, in the order of the scalars vector. */
  scalars(step: number, learningRate: number): number[];
}

/** Names of inputs and outputs; the batch's own names cannot collide with the dotted ones. */
export const stateName = "training.state";
export const nextStateName = "training.next";
export const scalarsName = "training.scalars";
export const reportName = "training.report";
export const bufferName = (name: string): string => `training.buffer.${name}`;
export const nextBufferName = (name: string): string => `training.next.${name}`;

/**
 * Everything that one iteration does, as one program with few inputs and outputs (each costs microseconds a run):
 * state vector, scalars and batch in; new state vector and report (loss, gradient norm, metrics) out.
 */
export function trainingGraph(problem: TrainingProblem): TrainingGraph {
  const { parameters, batch, optimizer, averageDecay, buffers = {} } = problem;
  const packing = packingOf(parameters);
  const rows = ["parameters", ...optimizer.slots, ...(averageDecay === undefined ? [] : ["average"])];
  const scalars = (step: number, learningRate: number): Record<string, number> => ({
    ...optimizer.scalars(step, learningRate),
    ...(averageDecay !== undefined && { averageRate: 1 - Math.min(averageDecay, (1 + step) / (10 + step)) }),
  });
  const scalarNames = Object.keys(scalars(1, 0));
  const report: string[] = ["loss", "gradientNorm"];
  const { dtype, size } = packing;
  const specs: Record<string, InputSpec> = {
    [stateName]: { shape: [rows.length * size], dtype },
    [scalarsName]: { shape: [scalarNames.length], dtype },
    ...batch,
  };
  for (const [name, { shape, dtype }] of Object.entries(buffers)) specs[bufferName(name)] = { shape, dtype };
  const graph = trace(specs, ({ [stateName]: state, [scalarsName]: numbers, ...inputs }) => {
    const before = pieces(state as Node, rows, size);
    const { losses, slope, renewed } = slopeOf(problem, packing, state as Node, inputs);
    report.push(...losses.names);
    const after = nextState(problem, before, slope, pieces(numbers as Node, scalarNames, 1));
    return {
      [nextStateName]: packNodes(rows.map((row) => after[row] as Node)),
      [reportName]: packNodes(losses.nodes.map((node) => cast(node, dtype))),
      ...renewedOutputs(buffers, renewed),
    };
  });
  return {
    graph,
    packing,
    rows,
    report,
    scalars: (step, learningRate) => Object.values(scalars(step, learningRate)),
  };
}

/** Equal named pieces of a vector. */
function pieces(vector: Node, names: readonly string[], size: number): NamedNodes {
  return Object.fromEntries(names.map((name, i) => [name, slice(vector, 0, i * size, (i + 1) * size)]));
}

/** The (clipped) gradient as one vector, and what to report. */
function slopeOf(
  problem: TrainingProblem,
  packing: Packing,
  state: Node,
  batch: NamedNodes,
): { losses: { names: string[]; nodes: Node[] }; slope: Node; renewed: NamedNodes } {
  const parameters = unpackNodes(packing, state);
  const buffers = Object.fromEntries(
    Object.keys(problem.buffers ?? {}).map((name) => [name, batch[bufferName(name)] as Node]),
  );
  const result = problem.loss(parameters, batch, buffers);
  const {
    loss: total,
    metrics,
    buffers: renewed = {},
  } = "op" in result ? { loss: result, metrics: {} } : result;
  // Not the gradient of the vector itself: that would pad every parameter's share to full length and add them up.
  // In parts, the end of the backward pass last: the runtime then needs no more than one part's cotangents at a time.
  const raw = sum(...gradientInParts(total, Object.values(parameters)).reverse().map(packNodes));
  const length = norm(raw);
  return {
    losses: { names: Object.keys(metrics), nodes: [total, length, ...Object.values(metrics)] },
    slope: problem.clipNorm === undefined ? raw : clipNorm(raw, problem.clipNorm, length),
    renewed,
  };
}

/** @throws INVALID_GRAPH unless the loss renews every buffer, and nothing else. */
function renewedOutputs(buffers: NamedTensors, renewed: NamedNodes): NamedNodes {
  const [expected, received] = [Object.keys(buffers), Object.keys(renewed)];
  if (expected.some((name) => renewed[name] === undefined) || received.length !== expected.length) {
    throw fail("INVALID_GRAPH", {
      what: "training: buffers that the loss returns",
      expected: expected.join(", ") || "none",
      received: received.join(", ") || "none",
    });
  }
  return Object.fromEntries(
    Object.entries(renewed).map(([name, node]) => [nextBufferName(name), node] as const),
  );
}

/** The rows of the state after the step. */
function nextState(
  { optimizer, averageDecay }: TrainingProblem,
  { parameters, average, ...slots }: NamedNodes,
  slope: Node,
  { averageRate, ...scalars }: NamedNodes,
): NamedNodes {
  const updated = optimizer.update({ parameter: parameters as Node, gradient: slope, slots, scalars });
  const after = { parameters: updated.parameter, ...updated.slots };
  if (averageDecay === undefined || average === undefined || averageRate === undefined) return after;
  return { ...after, average: add(average, mul(sub(updated.parameter, average), averageRate)) };
}
