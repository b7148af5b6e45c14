import {
  add,
  cast,
  type Graph,
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
import { gradientInParts } from "../graph/internal.js";
import type { NamedTensors } from "../runtime/index.js";
import { fail } from "../tensor/index.js";
import { clipNorm } from "./clip.js";
import type { Optimizer } from "./optimizer.js";
import { type Packing, packingOf, packNodes, unpackNodes } from "./packing.js";

/** A loss alone, or with scalars worth reporting and the new values of the buffers. */
type LossResult = Node | { readonly loss: Node; readonly metrics: NamedNodes; readonly buffers?: NamedNodes };

/** What is learned: values, loss, optimizer. */
export interface TrainingProblem<Name extends string = string> {
  /** First values; all of one float type. */
  readonly parameters: NamedTensors;
  /**
   * First values of what a step renews without optimizing it, such as running means. `loss` returns the new values, all
   * of them. Default: none.
   */
  readonly buffers?: NamedTensors;
  /** Types of the inputs that every step is given anew. */
  readonly batch: Readonly<Record<Name, InputSpec>>;
  /** Builds the float scalar to minimize; metrics are float scalars. */
  loss(parameters: NamedNodes, batch: Readonly<Record<Name, Node>>, buffers: NamedNodes): LossResult;
  readonly optimizer: Optimizer;
  /** Largest Euclidean norm of the whole gradient. Default: no limit. */
  readonly clipNorm?: number | undefined;
  /**
   * Keeps an exponential moving average of the parameters: average ← average + (1 − d)(parameters − average),
   * d = min(averageDecay, (1 + t)/(10 + t)) at step t, so that the first values are forgotten early. Default: none.
   */
  readonly averageDecay?: number | undefined;
  /**
   * Where the parameters may be: applied on the host to their values, and to their average, after every step (projected
   * gradient descent). Gives values of the same names and types; for a convex set a point of it stays as it is. Default:
   * anywhere.
   */
  readonly project?: ((parameters: NamedTensors) => NamedTensors) | undefined;
  /**
   * Whether loss, metrics and new buffers are means over rows of the batch, and no row knows the others: then
   * `parallel: "batch"` divides the batch among threads. Batch statistics are then those of the parts. Default false.
   */
  readonly rowwise?: boolean;
}

/** How the vectors of an iteration are laid out. */
export interface TrainingLayout {
  readonly packing: Packing;
  /** What the state vector holds, one copy of the packing each: parameters, the optimizer's slots, average. */
  readonly rows: readonly string[];
  /** Order of the report vector. */
  readonly report: readonly string[];
  /** Host numbers of one step, in the order of the scalars vector. */
  scalars(step: number, learningRate: number): number[];
}

/** One iteration as a graph. */
interface TrainingGraph extends TrainingLayout {
  readonly graph: Graph;
}

/** One iteration as two graphs. */
interface SplitTrainingGraph extends TrainingLayout {
  /** Everything over the batch: the gradient, unclipped, and the losses. */
  readonly gradient: Graph;
  /** The rest. */
  readonly update: Graph;
}

/** Names of inputs and outputs; the batch's own names cannot collide with the dotted ones. */
export const stateName = "training.state";
export const nextStateName = "training.next";
export const scalarsName = "training.scalars";
export const reportName = "training.report";
export const bufferName = (name: string): string => `training.buffer.${name}`;
export const nextBufferName = (name: string): string => `training.next.${name}`;
export const parametersName = "training.parameters";
export const gradientName = "training.gradient";
export const lossesName = "training.losses";

/**
 * Everything that one iteration does, as one program with few inputs and outputs (each costs microseconds a run):
 * state vector, scalars and batch in; new state vector and report (loss, gradient norm, metrics) out.
 */
export function trainingGraph(problem: TrainingProblem): TrainingGraph {
  const { scalarNames, ...layout } = layoutOf(problem);
  const { packing } = layout;
  const { dtype } = packing;
  let metrics: readonly string[] = [];
  const specs = { ...stateSpecs(layout, scalarNames), ...problem.batch, ...bufferSpecs(problem) };
  const graph = trace(specs, ({ [stateName]: state, [scalarsName]: numbers, ...inputs }) => {
    const derived = gradientOf(problem, packing, state as Node, inputs);
    metrics = derived.metrics;
    const { next, length } = updated(
      problem,
      layout,
      state as Node,
      derived.raw,
      pieces(numbers as Node, scalarNames, 1),
    );
    const [loss, ...others] = derived.losses;
    return {
      [nextStateName]: next,
      [reportName]: packNodes([loss as Node, length, ...others].map((node) => cast(node, dtype))),
      ...renewedOutputs(problem.buffers ?? {}, derived.renewed),
    };
  });
  return { graph, ...layout, report: ["loss", "gradientNorm", ...metrics] };
}

/**
 * The same in two programs, for a batch in parts: `gradient` (parameters, batch and buffers in; gradient, losses and next
 * buffers out, all of them means over rows) runs for every part, `update` (state, scalars and gradient in; next state and
 * gradient norm out) once.
 */
export function splitTrainingGraph(problem: TrainingProblem): SplitTrainingGraph {
  const { scalarNames, ...layout } = layoutOf(problem);
  const { packing } = layout;
  const { dtype, size } = packing;
  let metrics: readonly string[] = [];
  const vector = { shape: [size], dtype };
  const gradient = trace(
    { [parametersName]: vector, ...problem.batch, ...bufferSpecs(problem) },
    ({ [parametersName]: parameters, ...inputs }) => {
      const {
        raw,
        losses,
        renewed,
        metrics: names,
      } = gradientOf(problem, packing, parameters as Node, inputs);
      metrics = names;
      return {
        [gradientName]: raw,
        [lossesName]: packNodes(losses.map((node) => cast(node, dtype))),
        ...renewedOutputs(problem.buffers ?? {}, renewed),
      };
    },
  );
  const update = trace(
    { ...stateSpecs(layout, scalarNames), [gradientName]: vector },
    (inputs: NamedNodes) => {
      const [state, numbers, raw] = [stateName, scalarsName, gradientName].map(
        (name) => inputs[name] as Node,
      );
      const scalars = pieces(numbers as Node, scalarNames, 1);
      const { next, length } = updated(problem, layout, state as Node, raw as Node, scalars);
      return { [nextStateName]: next, [reportName]: packNodes([length]) };
    },
  );
  return { gradient, update, ...layout, report: ["loss", "gradientNorm", ...metrics] };
}

function layoutOf({
  parameters,
  optimizer,
  averageDecay,
}: TrainingProblem): Omit<TrainingLayout, "report"> & { readonly scalarNames: readonly string[] } {
  const scalars = (step: number, learningRate: number): Record<string, number> => {
    const own = optimizer.scalars(step, learningRate);
    if (averageDecay === undefined) return own;
    return { ...own, averageRate: 1 - Math.min(averageDecay, (1 + step) / (10 + step)) };
  };
  return {
    packing: packingOf(parameters),
    rows: ["parameters", ...optimizer.slots, ...(averageDecay === undefined ? [] : ["average"])],
    scalars: (step, learningRate) => Object.values(scalars(step, learningRate)),
    scalarNames: Object.keys(scalars(1, 0)),
  };
}

function stateSpecs(
  { packing, rows }: Pick<TrainingLayout, "packing" | "rows">,
  scalarNames: readonly string[],
): Record<string, InputSpec> {
  const { dtype, size } = packing;
  return {
    [stateName]: { shape: [rows.length * size], dtype },
    [scalarsName]: { shape: [scalarNames.length], dtype },
  };
}

const bufferSpecs = ({ buffers = {} }: TrainingProblem): Record<string, InputSpec> =>
  Object.fromEntries(
    Object.entries(buffers).map(([name, { shape, dtype }]) => [bufferName(name), { shape, dtype }]),
  );

/** Equal named pieces of a vector. */
function pieces(vector: Node, names: readonly string[], size: number): NamedNodes {
  return Object.fromEntries(names.map((name, i) => [name, slice(vector, 0, i * size, (i + 1) * size)]));
}

/** The gradient as one vector, unclipped; the loss and then the metrics; the new buffers. */
interface LossGradient {
  readonly raw: Node;
  readonly losses: readonly Node[];
  readonly metrics: readonly string[];
  readonly renewed: NamedNodes;
}

/** @param vector begins with the parameters. */
function gradientOf(
  problem: TrainingProblem,
  packing: Packing,
  vector: Node,
  batch: NamedNodes,
): LossGradient {
  const parameters = unpackNodes(packing, vector);
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
  return { raw, losses: [total, ...Object.values(metrics)], metrics: Object.keys(metrics), renewed };
}

/** The state vector after a step along the gradient, clipped, and the length that the gradient had. */
function updated(
  problem: TrainingProblem,
  { packing, rows }: Pick<TrainingLayout, "packing" | "rows">,
  state: Node,
  raw: Node,
  scalars: NamedNodes,
): { readonly next: Node; readonly length: Node } {
  const length = norm(raw);
  const clipped = problem.clipNorm === undefined ? raw : clipNorm(raw, problem.clipNorm, length);
  const after = nextState(problem, pieces(state, rows, packing.size), clipped, scalars);
  return { next: packNodes(rows.map((row) => after[row] as Node)), length };
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
  gradient: Node,
  { averageRate, ...scalars }: NamedNodes,
): NamedNodes {
  const updated = optimizer.update({ parameter: parameters as Node, gradient, slots, scalars });
  const after = { parameters: updated.parameter, ...updated.slots };
  if (averageDecay === undefined || average === undefined || averageRate === undefined) return after;
  return { ...after, average: add(average, mul(sub(updated.parameter, average), averageRate)) };
}
