import type { CompileOptions, NamedTensors } from "../runtime/index.js";
import { cast, fail, type Tensor } from "../tensor/index.js";
import { compileIteration } from "./iteration.js";
import type { TrainingProblem } from "./training-graph.js";
import {
  decodeBuffers,
  decodeState,
  encodeBuffers,
  encodeState,
  firstState,
  projectedState,
  readRow,
  stateVector,
} from "./training-state.js";

/** What one iteration saw, before its update. */
export interface StepResult {
  readonly loss: number;
  /** Euclidean norm of the whole gradient, before clipping. */
  readonly gradientNorm: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** False when the loss or the gradient was NaN or infinite: nothing was changed. */
  readonly taken: boolean;
}

/** A network in training: values that `step` moves. */
export interface Training {
  /** Steps taken so far. */
  readonly iteration: number;
  /**
   * One iteration. Wait for it before the next one.
   * @throws MISSING_INPUT, SHAPE_MISMATCH, DTYPE_MISMATCH for the batch; INVALID_ARGUMENT when a step is under way.
   */
  step(batch: NamedTensors, learningRate: number): Promise<StepResult>;
  /** Current values. */
  parameters(): Record<string, Tensor>;
  /**
   * Moving average of the values.
   * @throws INVALID_ARGUMENT without `averageDecay`.
   */
  averaged(): Record<string, Tensor>;
  /** Current values of the buffers. */
  buffers(): Record<string, Tensor>;
  /**
   * All that continues this training bit by bit: `parameters.NAME`, `m.NAME`, …, `buffers.NAME`, `iteration`. For
   * safetensors.
   */
  state(): Record<string, Tensor>;
  /**
   * Goes back to what `state` gave, here or in another process.
   * @throws INVALID_ARGUMENT, SHAPE_MISMATCH, DTYPE_MISMATCH when it is of another training.
   */
  restore(state: NamedTensors): void;
  dispose(): Promise<void>;
}

/**
 * Makes the training program: loss, gradient, clipping, update and average in one run an iteration.
 * @param options what to run it on; a training that has the machine for itself wants `{ hot: true }`.
 * @example
 * const training = await compileTraining({ parameters: initialize(net, random), batch: { x: { shape: ["batch", 2] } },
 *   loss: (p, { x }) => mean(square(net.apply(p, x))), optimizer: adam() });
 * const { loss } = await training.step({ x }, 1e-3);
 */
export async function compileTraining<Name extends string>(
  problem: TrainingProblem<Name>,
  options: CompileOptions = {},
): Promise<Training> {
  const iterated = await compileIteration(problem, options);
  const { layout } = iterated;
  let state = firstState(layout, problem.parameters);
  let buffers: NamedTensors = problem.buffers ?? {};
  let iteration = 0;
  const step = async (batch: NamedTensors, learningRate: number): Promise<StepResult> => {
    const scalars = layout.scalars(iteration + 1, learningRate);
    const outputs = await iterated.run({ batch, state, scalars, buffers });
    const result = readReport(layout.report, outputs.report);
    if (result.taken) {
      state = projectedState(layout, stateVector(layout, outputs.next), problem.project);
      buffers = likeBefore(buffers, outputs.buffers);
      iteration++;
    }
    return result;
  };
  return {
    get iteration() {
      return iteration;
    },
    step: oneAtATime(step),
    parameters: () => readRow(layout, state, "parameters"),
    averaged: () => readRow(layout, state, "average"),
    buffers: () => ({ ...buffers }),
    state: () => ({ ...encodeState(layout, state, iteration), ...encodeBuffers(buffers) }),
    restore: (saved) => {
      const { own, others } = decodeBuffers(buffers, saved);
      ({ state, iteration } = decodeState(layout, others));
      buffers = own;
    },
    dispose: () => iterated.dispose(),
  };
}

/** New buffers in the types they had: the reference interpreter answers in float64. */
function likeBefore(before: NamedTensors, after: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(before).map(([name, { dtype }]) => [name, cast(after[name] as Tensor, dtype)]),
  );
}

function readReport(names: readonly string[], report: readonly number[]): StepResult {
  const [loss = Number.NaN, gradientNorm = Number.NaN, ...rest] = report;
  const metrics = Object.fromEntries(names.slice(2).map((name, i) => [name, rest[i] ?? Number.NaN]));
  return { loss, gradientNorm, metrics, taken: Number.isFinite(loss) && Number.isFinite(gradientNorm) };
}

/** Two steps at once would both start from the same state, and one would be lost. */
function oneAtATime(step: Training["step"]): Training["step"] {
  let busy = false;
  return async (batch, learningRate) => {
    if (busy) {
      throw fail("INVALID_ARGUMENT", {
        what: "training: step",
        expected: "the previous step to have finished",
        received: "a step while another is under way",
        help: "await each step",
      });
    }
    busy = true;
    try {
      return await step(batch, learningRate);
    } finally {
      busy = false;
    }
  };
}
