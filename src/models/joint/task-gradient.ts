import { type InputSpec, type NamedNodes, type Node, trace } from "../../graph/index.js";
import { type CompileOptions, compile, type NamedTensors } from "../../runtime/index.js";
import { type Broken, cast, item, type Tensor } from "../../tensor/index.js";
import { prefixed, withPrefix } from "../../tensor/internal.js";
import { type SolvedTask, taskParameters } from "./solved-task.js";

/** The gradient of a task's loss on one mini-batch, and what it cost. */
export interface TaskGradient {
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** By the names of `taskParameters`. */
  readonly gradients: NamedTensors;
  /** Evaluations of f a row on the way there. */
  readonly nfe: number;
  /** On the way back, each with its vector–Jacobian product. */
  readonly backwardNfe: number;
}

/** A way to solve and differentiate a task. */
export interface GradientSource {
  /**
   * @param parameters of the task.
   * @param weights of the correction, where there is one.
   */
  run(batch: NamedTensors, parameters: NamedTensors, weights: NamedTensors): Promise<TaskGradient | Broken>;
  dispose(): Promise<void>;
}

/** Outputs, by names that nothing of a task has: the slash keeps them apart. */
const GRADIENT = "/gradient/";
const METRIC = "/metric/";
const LOSS = "/loss";
const START = "/start";

/** Types of values as inputs of a program. */
export const typesOf = (values: NamedTensors): Record<string, InputSpec> =>
  Object.fromEntries(Object.entries(values).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));

/** The members of a record that another one has too. */
export const among = <T>(record: Readonly<Record<string, T>>, names: object): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => Object.hasOwn(names, name)));

/** Outputs of a program that ends in a loss. */
export const lossOutputs = (
  { loss, metrics }: ReturnType<SolvedTask["loss"]>,
  names: readonly string[],
  gradients: readonly Node[],
): NamedNodes => ({
  [LOSS]: loss,
  ...prefixed(metrics, METRIC),
  ...gradientOutputs(names, gradients),
});

export const gradientOutputs = (names: readonly string[], gradients: readonly Node[]): NamedNodes =>
  Object.fromEntries(names.map((name, i) => [`${GRADIENT}${name}`, gradients[i] as Node]));

/** What such outputs say; the reference interpreter's float64 becomes the type of the parameters. */
export function readLoss(
  outputs: NamedTensors,
  task: SolvedTask,
): Pick<TaskGradient, "loss" | "metrics" | "gradients"> {
  const metrics = Object.entries(withPrefix(outputs, METRIC)).map(([name, value]) => [name, item(value)]);
  return {
    loss: item(outputs[LOSS] as Tensor),
    metrics: Object.fromEntries(metrics),
    gradients: readGradients(outputs, task),
  };
}

export function readGradients(outputs: NamedTensors, task: SolvedTask): NamedTensors {
  const like = taskParameters(task);
  return Object.fromEntries(
    Object.entries(withPrefix(outputs, GRADIENT)).map(([name, value]) => [
      name,
      cast(value, like[name]?.dtype ?? value.dtype),
    ]),
  );
}

/** The initial states of mini-batches. */
export interface StartProgram {
  /** @param parameters of the task. */
  run(batch: NamedTensors, parameters: NamedTensors): Promise<Tensor>;
  dispose(): Promise<void>;
}

export async function compileStart(task: SolvedTask, options: CompileOptions): Promise<StartProgram> {
  const others = task.parameters ?? {};
  const graph = trace({ ...task.batch, ...typesOf(others) }, (nodes: NamedNodes) => ({
    [START]: task.start(among(nodes, task.batch), among(nodes, others)),
  }));
  const program = await compile(graph, { hot: true, ...options });
  return {
    run: async (batch, parameters) =>
      (await program.run({ ...batch, ...among(parameters, others) }))[START] as Tensor,
    dispose: () => program.dispose(),
  };
}

/** The controls of the field among nodes or values. */
export const controlsAmong = <T>(
  { field }: SolvedTask,
  all: Readonly<Record<string, T>>,
): Record<string, T> => among(all, Object.fromEntries(field.roles.controls.map((name) => [name, true])));
