import { add, type InputSpec, type NamedNodes, type Node } from "../../graph/index.js";
import type { Field } from "../../ode/index.js";
import { adamw, compileTraining } from "../../optim/index.js";
import type { TrainerPhase } from "../../optim/internal.js";
import type { NamedTensors } from "../../runtime/index.js";
import { Random } from "../../tensor/index.js";
import type { Correction } from "../correction/correction.js";
import type { HiddenActivation } from "../correction/names.js";
import { mlpCorrection, type NetworkOptions, withFoldedStatistics } from "../correction/network.js";
import { answerTable, inputTable, layoutFor } from "../correction/row-layout.js";
import { columnStatistics, rootMeanSquare } from "../correction/statistics.js";
import { Batches, columnValues } from "../reference/row-table.js";
import { RESIDUAL } from "../reference/training-data.js";
import { batchSchedule } from "./batch-schedule.js";
import { type FitData, prepareData } from "./fit-data.js";
import { batchNumber, FITTING, FITTING_TRAJECTORIES, type FitPlan } from "./fit-plan.js";
import type { FitLoss, FitSettings } from "./fit-settings.js";
import { fitTrainer } from "./fit-trainer.js";
import { fitSchedule } from "./learning-rate.js";
import { residualLoss, trajectoryLoss } from "./losses.js";
import { startingFrom } from "./starting-from.js";
import { compileValidation, verdictOf } from "./validation.js";

/** Largest Euclidean norm of a gradient. */
export const CLIP_NORM = 1;
/** States to validate on. */
export const VALIDATION_SAMPLES = 512;

/** A fit of an MLP on vector states: all references ahead, in one table of rows. */
export async function planVectorFit(field: Field, requested: FitSettings): Promise<FitPlan> {
  const data = await prepareData(field, requested);
  const fit = { ...requested, batch: Math.min(requested.batch, fewestRows(data)) };
  const { initial, phases, finished } = vectorCourse(field, fit, data);
  const validation = await compileValidation(field, initial, fit, data.reference, {
    samples: VALIDATION_SAMPLES,
    relative: false,
  });
  return {
    settings: fit,
    task: {
      initial: initial.parameters,
      phases,
      validate: (parameters) => verdictOf(validation, parameters),
      keepsInitial: true,
    },
    reference: data.reference,
    noiseFloor: data.noiseFloor,
    finished,
    dispose: () => validation.dispose(),
  };
}

/** What is learned from: rows of residuals, and paths where a loss looks at trajectories. */
type FitTables = Pick<FitData, "rows" | "paths">;

/** A network for tables of data, and how it is trained on them. */
interface VectorCourse extends Pick<FitPlan, "finished"> {
  readonly initial: Correction;
  readonly phases: TrainerPhase[];
}

/** An MLP scaled by the statistics of its data, its training, and what is handed out in the end. */
export function vectorCourse(field: Field, fit: FitSettings, data: FitTables): VectorCourse {
  const network = networkOptions(fit, data);
  const { correction: initial, finished } = startOf(fit, network);
  return { initial, phases: phasesOf(field, initial, fit, data), finished };
}

/** The sizes of steps among the rows. */
function fittedSteps({ span, steps, epsilon }: FitSettings): readonly [number, number] {
  const length = Math.abs(span[1] - span[0]);
  const sizes = [length / steps, ...(epsilon ?? [])].map((size) => Math.min(size, length));
  return [Math.min(...sizes), Math.max(...sizes)];
}

/** What training begins with, and what is handed out at its end. */
function startOf(
  fit: FitSettings,
  network: NetworkOptions,
): Pick<FitPlan, "finished"> & { readonly correction: Correction } {
  const fresh = mlpCorrection({ base: fit.base, ...network }, new Random(fit.seed).fork("network"));
  const { correction, isFolded } =
    fit.initial === undefined
      ? { correction: fresh, isFolded: true }
      : startingFrom(fit.initial, fit, fresh, network);
  const finished = (parameters: NamedTensors): Correction => {
    const trained = { ...correction, parameters };
    const g = isFolded ? withFoldedStatistics(network, trained) : trained;
    return { ...g, fittedSteps: fittedSteps(fit) };
  };
  return { correction, finished };
}

/** A mini-batch cannot be larger than the table it comes from. */
function fewestRows({ rows, paths }: FitTables): number {
  return Math.min(rows.data.shape[0] ?? 0, paths?.data.shape[0] ?? Number.POSITIVE_INFINITY);
}

/** The network, scaled by the statistics of the data. */
function networkOptions(fit: FitSettings, { rows }: FitTables): NetworkOptions {
  const { [RESIDUAL]: residual, ...columns } = rows.columns;
  const shapes = Object.fromEntries(Object.entries(columns).map(([name, { shape }]) => [name, shape]));
  const layout = layoutFor(shapes, residual?.shape ?? []);
  const statistics = Object.fromEntries(
    Object.keys(shapes).map((name) => [
      name,
      columnStatistics(inputTable(layout, name, columnValues(rows, name))),
    ]),
  );
  const scale = rootMeanSquare(columnStatistics(answerTable(layout, columnValues(rows, RESIDUAL))));
  const { inputs, features, hidden } = fit;
  // `checkFit` lets no activation of channels come here.
  const activation = fit.activation as HiddenActivation;
  return { inputs, features, hidden, activation, statistics, scale, layout };
}

function phasesOf(field: Field, correction: Correction, fit: FitSettings, data: FitTables): TrainerPhase[] {
  type Course = Pick<TrainerPhase, "stage" | "iterations"> & { readonly from: number; readonly to: number };
  const phase = (loss: FitLoss, { stage, iterations, from, to }: Course): TrainerPhase => ({
    name: loss,
    stage,
    iterations,
    learningRate: fitSchedule(iterations, from, to),
    start: async ({ best: parameters }) => {
      const training = await compileTraining(
        {
          ...trainingProblem(field, correction, { ...fit, loss }, data),
          parameters,
        },
        { hot: true, ...fit.compile },
      );
      return fitTrainer(training, batchesOf({ ...fit, loss }, data));
    },
  });
  const { iterations, learningRate, finalLearningRate } = fit;
  const first = phase(fit.loss, { stage: FITTING, iterations, from: learningRate, to: finalLearningRate });
  if (fit.trajectoryIterations === 0) return [first];
  const second = phase("trajectory", {
    stage: FITTING_TRAJECTORIES,
    iterations: fit.trajectoryIterations,
    from: fit.trajectoryLearningRate,
    to: finalLearningRate / 10,
  });
  return [first, second];
}

type Problem = Omit<Parameters<typeof compileTraining>[0], "parameters" | "compile">;

function trainingProblem(
  field: Field,
  correction: Correction,
  fit: FitSettings,
  { rows, paths }: FitTables,
): Problem {
  const { span, steps, throughField, loss: kind } = fit;
  const matrix = (width: number): InputSpec => ({ shape: [fit.batch, width] });
  const batch: Record<string, InputSpec> = {};
  if (kind !== "trajectory") batch.rows = matrix(rows.data.shape[1] ?? 0);
  if (kind !== "residual" && paths !== undefined) batch.paths = matrix(paths.data.shape[1] ?? 0);
  const loss = (parameters: NamedNodes, inputs: NamedNodes): Node => {
    const terms: Node[] = [];
    if (inputs.rows !== undefined)
      terms.push(residualLoss(correction, parameters, inputs.rows, rows.columns));
    if (inputs.paths !== undefined && paths !== undefined) {
      const options = { columns: paths.columns, span, steps, throughField };
      terms.push(trajectoryLoss(field, correction, parameters, inputs.paths, options));
    }
    return terms.reduce((total, term) => add(total, term));
  };
  return { batch, loss, optimizer: adamw({ weightDecay: fit.weightDecay }), clipNorm: CLIP_NORM };
}

/** The mini-batch of an iteration, asked for in order. */
function batchesOf(fit: FitSettings, { rows, paths }: FitTables): (iteration: number) => NamedTensors {
  const random = new Random(fit.seed);
  const tables: Record<string, Batches> = {};
  if (fit.loss !== "trajectory") tables.rows = new Batches(rows, fit.batch, random.fork("row batches"));
  if (fit.loss !== "residual" && paths !== undefined)
    tables.paths = new Batches(paths, fit.batch, random.fork("path batches"));
  return batchSchedule(tables, (iteration) => batchNumber(fit, iteration));
}
