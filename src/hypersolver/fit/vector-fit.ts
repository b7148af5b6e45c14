import { add, type InputSpec, type NamedNodes, type Node } from "../../graph/index.js";
import type { Field } from "../../ode/index.js";
import { adamw, compileTraining } from "../../optim/index.js";
import type { NamedTensors } from "../../runtime/index.js";
import { Random } from "../../tensor/index.js";
import type { Correction } from "../correction/correction.js";
import type { HiddenActivation } from "../correction/names.js";
import { mlpCorrection, type NetworkOptions, withFoldedStatistics } from "../correction/network.js";
import { columnStatistics, rootMeanSquare } from "../correction/statistics.js";
import { Batches, columnValues } from "../reference/row-table.js";
import { RESIDUAL } from "../reference/training-data.js";
import { type FitData, prepareData } from "./fit-data.js";
import type { FitLoss, FitSettings } from "./fit-options.js";
import { batchDue, type FitPhase, type FitPlan } from "./fit-plan.js";
import { fitSchedule } from "./learning-rate.js";
import { residualLoss, trajectoryLoss } from "./losses.js";
import { compileValidation } from "./validation.js";

/** Largest Euclidean norm of a gradient. */
export const CLIP_NORM = 1;
/** States to validate on. */
const VALIDATION_SAMPLES = 512;

/** A fit of an MLP on vector states: all references ahead, in one table of rows. */
export async function planVectorFit(field: Field, requested: FitSettings): Promise<FitPlan> {
  const data = await prepareData(field, requested, { ...requested.compile });
  const fit = { ...requested, batch: Math.min(requested.batch, fewestRows(data)) };
  const network = networkOptions(fit, data);
  const initial = mlpCorrection(network, new Random(fit.seed).fork("network"));
  const validation = await compileValidation(field, initial, fit, data.settings, {
    samples: VALIDATION_SAMPLES,
    relative: false,
  });
  return {
    settings: fit,
    initial,
    phases: phasesOf(field, initial, fit, data),
    validation,
    reference: data.settings,
    noiseFloor: data.noiseFloor,
    finished: (parameters) => withFoldedStatistics(network, { ...initial, parameters }),
    dispose: () => validation.dispose(),
  };
}

/** A mini-batch cannot be larger than the table it comes from. */
function fewestRows({ rows, paths }: FitData): number {
  return Math.min(rows.data.shape[0] ?? 0, paths?.data.shape[0] ?? Number.POSITIVE_INFINITY);
}

/** The network, scaled by the statistics of the data. */
function networkOptions(fit: FitSettings, { rows }: FitData): NetworkOptions {
  const names = Object.keys(rows.columns).filter((name) => name !== RESIDUAL);
  const statistics = Object.fromEntries(
    names.map((name) => [name, columnStatistics(columnValues(rows, name))]),
  );
  const scale = rootMeanSquare(columnStatistics(columnValues(rows, RESIDUAL)));
  const { base, inputs, features, hidden } = fit;
  // `checkFit` lets no activation of channels come here.
  const activation = fit.activation as HiddenActivation;
  return { base, inputs, features, hidden, activation, statistics, scale };
}

function phasesOf(field: Field, correction: Correction, fit: FitSettings, data: FitData): FitPhase[] {
  const phase = (loss: FitLoss, iterations: number, from: number, to: number): FitPhase => ({
    loss,
    iterations,
    learningRate: fitSchedule(iterations, from, to),
    compile: (parameters) =>
      compileTraining({
        ...trainingProblem(field, correction, { ...fit, loss }, data),
        parameters,
        compile: { hot: true, ...fit.compile },
      }),
    batch: batchSchedule({ ...fit, loss }, data),
  });
  const { iterations, learningRate, finalLearningRate } = fit;
  const first = phase(fit.loss, iterations, learningRate, finalLearningRate);
  if (fit.trajectoryIterations === 0) return [first];
  const { trajectoryIterations, trajectoryLearningRate } = fit;
  return [first, phase("trajectory", trajectoryIterations, trajectoryLearningRate, finalLearningRate / 10)];
}

type Problem = Omit<Parameters<typeof compileTraining>[0], "parameters" | "compile">;

function trainingProblem(
  field: Field,
  correction: Correction,
  fit: FitSettings,
  { rows, paths }: FitData,
): Problem {
  const { span, steps, throughField, loss: kind } = fit;
  const matrix = (width: number): InputSpec => ({ shape: [fit.batch, width] });
  const batch = {
    ...(kind !== "trajectory" && { rows: matrix(rows.data.shape[1] ?? 0) }),
    ...(kind !== "residual" && paths !== undefined && { paths: matrix(paths.data.shape[1] ?? 0) }),
  };
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

function batchSchedule(fit: FitSettings, { rows, paths }: FitData): (iteration: number) => NamedTensors {
  const random = new Random(fit.seed);
  const needsPaths = fit.loss !== "residual" && paths !== undefined;
  const tables = {
    ...(fit.loss !== "trajectory" && { rows: new Batches(rows, fit.batch, random.fork("row batches")) }),
    ...(needsPaths && { paths: new Batches(paths, fit.batch, random.fork("path batches")) }),
  };
  const draw = (): NamedTensors =>
    Object.fromEntries(Object.entries(tables).map(([name, batches]) => [name, batches.next()]));
  let current = draw();
  return (iteration) => {
    if (batchDue(fit, iteration)) current = draw();
    return current;
  };
}
