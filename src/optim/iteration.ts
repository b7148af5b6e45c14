import { type CompileOptions, compile, type NamedTensors } from "../runtime/index.js";
import type { Join } from "../runtime/internal.js";
import { fromNumbers, item, type Tensor, toFloat64 } from "../tensor/index.js";
import {
  bufferName,
  gradientName,
  lossesName,
  nextBufferName,
  nextStateName,
  parametersName,
  reportName,
  scalarsName,
  splitTrainingGraph,
  stateName,
  type TrainingLayout,
  type TrainingProblem,
  trainingGraph,
} from "./training-graph.js";

/** What one iteration computes, compiled. */
interface Iteration {
  readonly layout: TrainingLayout;
  run(at: IterationInput): Promise<IterationOutput>;
  dispose(): Promise<void>;
}

interface IterationInput {
  readonly batch: NamedTensors;
  readonly state: Tensor;
  readonly scalars: readonly number[];
  readonly buffers: NamedTensors;
}

interface IterationOutput {
  readonly next: Tensor;
  /** In the layout's order. */
  readonly report: readonly number[];
  readonly buffers: NamedTensors;
}

/** One program, or, where threads share the rows of the batch, one for the gradient and one for the update. */
export function compileIteration(problem: TrainingProblem, options: CompileOptions): Promise<Iteration> {
  return problem.rowwise === true && options.parallel === "batch" && options.device !== "reference"
    ? compileSplit(problem, options)
    : compileWhole(problem, options);
}

async function compileWhole(problem: TrainingProblem, options: CompileOptions): Promise<Iteration> {
  const { graph, ...layout } = trainingGraph(problem);
  const program = await compile(graph, options);
  return {
    layout,
    run: async ({ batch, state, scalars, buffers }) => {
      const outputs = await program.run({
        ...batch,
        ...bufferFeeds(buffers),
        [stateName]: state,
        [scalarsName]: fromNumbers(scalars, [scalars.length], state.dtype),
      });
      return {
        next: outputs[nextStateName] as Tensor,
        report: [...toFloat64(outputs[reportName] as Tensor)],
        buffers: renewed(buffers, outputs),
      };
    },
    dispose: () => program.dispose(),
  };
}

async function compileSplit(problem: TrainingProblem, options: CompileOptions): Promise<Iteration> {
  const { gradient: graph, update, ...layout } = splitTrainingGraph(problem);
  const means = Object.keys(graph.outputs).map((name): [string, Join] => [name, "mean"]);
  const gradient = await compile(graph, options, Object.fromEntries(means));
  // The update is small: threads and their spinning would cost it more than they give.
  const rest = await compile(update, { ...options, threads: 1, worker: false, hot: false });
  return {
    layout,
    run: async ({ batch, state, scalars, buffers }) => {
      const { size } = layout.packing;
      const parameters = { ...state, data: state.data.slice(0, size), shape: [size] } as Tensor;
      const derived = await gradient.run({
        ...batch,
        ...bufferFeeds(buffers),
        [parametersName]: parameters,
      });
      const [loss = Number.NaN, ...metrics] = toFloat64(derived[lossesName] as Tensor);
      const outputs = await rest.run({
        [stateName]: state,
        [scalarsName]: fromNumbers(scalars, [scalars.length], state.dtype),
        [gradientName]: derived[gradientName] as Tensor,
      });
      return {
        next: outputs[nextStateName] as Tensor,
        report: [loss, item(outputs[reportName] as Tensor), ...metrics],
        buffers: renewed(buffers, derived),
      };
    },
    dispose: async () => {
      await gradient.dispose();
      await rest.dispose();
    },
  };
}

const bufferFeeds = (buffers: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.entries(buffers).map(([name, value]) => [bufferName(name), value]));

const renewed = (buffers: NamedTensors, outputs: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.keys(buffers).map((name) => [name, outputs[nextBufferName(name)] as Tensor]));
