import { add, type InputSpec, type NamedNodes, type Node } from "../graph/index.js";
import type { Field } from "../ode/index.js";
import { adamw, compileTraining, cosineAnnealing, type Training, warmup } from "../optim/index.js";
import { fail, Random } from "../tensor/index.js";
import type { Correction } from "./correction.js";
import { type FitData, prepareData } from "./fit-data.js";
import { type FitOptions, type FitSettings, resolveFit } from "./fit-options.js";
import { residualLoss, trajectoryLoss } from "./losses.js";
import { columnStatistics, mlpCorrection, type NetworkOptions, withFoldedStatistics } from "./network.js";
import { Batches, columnValues } from "./row-table.js";
import { RESIDUAL } from "./training-data.js";
import { compileValidation, type Validation } from "./validation.js";

/** A finished (or interrupted) fit, before it is measured. */
export interface Fit {
  readonly correction: Correction;
  readonly settings: FitSettings;
  readonly data: Pick<FitData, "settings" | "noiseFloor">;
  readonly status: "complete" | "interrupted";
  /** Iterations done. */
  readonly iterations: number;
  /** Mean training loss of each block of iterations. */
  readonly losses: readonly LossPoint[];
  /** Validation error of the correction that was kept. */
  readonly bestError: number;
  readonly seconds: { readonly reference: number; readonly fit: number };
}

export interface LossPoint {
  /** Last iteration of the block. */
  readonly iteration: number;
  readonly loss: number;
  readonly learningRate: number;
  /** Mean Euclidean error at the end of the span on validation states, where it was measured. */
  readonly error?: number;
}

/** Points of the training curve, and how many of them measure the validation error. */
const CURVE_POINTS = 300;
const VALIDATIONS = 20;
/** Share of the iterations over which the learning rate rises. */
const WARMUP_SHARE = 0.02;
const CLIP_NORM = 1;

/**
 * Fits a correction to a field: solves references, trains g, keeps what was best on validation states.
 * @throws INVALID_ARGUMENT for options that make no sense; NON_FINITE when the field or the loss breaks.
 */
export async function fitCorrection(field: Field, options: FitOptions): Promise<Fit> {
  const requested = resolveFit(options);
  checkFit(requested);
  const started = performance.now();
  const compile = { ...requested.compile };
  const data = await prepareData(field, requested, compile);
  const fit = { ...requested, batch: Math.min(requested.batch, fewestRows(data)) };
  const network = networkOptions(fit, data);
  const initial = mlpCorrection(network, new Random(fit.seed).fork("network"));
  const validation = await compileValidation(field, initial, fit, data.settings);
  const training = await compileTraining({
    ...trainingProblem(field, initial, fit, data),
    compile: { hot: true, ...compile },
  });
  const prepared = performance.now();
  try {
    const outcome = await train(training, validation, fit, data);
    const seconds = { reference: (prepared - started) / 1000, fit: (performance.now() - prepared) / 1000 };
    const { parameters, ...rest } = outcome;
    const correction = withFoldedStatistics(network, { ...initial, parameters });
    return { correction, settings: fit, data, seconds, ...rest };
  } finally {
    await training.dispose();
    await validation.dispose();
  }
}

function checkFit(fit: FitSettings): void {
  const { iterations, batch, steps, trajectories, swapEvery, pretrain, span, epsilon, learningRate } = fit;
  const { directions, loss, inputs } = fit;
  const check = (what: string, value: unknown, expected: string, holds: boolean): void => {
    if (!holds) throw fail("INVALID_ARGUMENT", { what, expected, received: String(value) });
  };
  for (const [what, value] of Object.entries({ iterations, batch, steps, trajectories, swapEvery }))
    check(what, value, "a positive integer", Number.isInteger(value) && value >= 1);
  check("pretrain", pretrain, "an integer, at least 0", Number.isInteger(pretrain) && pretrain >= 0);
  check(
    "span",
    span.join(", "),
    "two different finite numbers",
    span.every(Number.isFinite) && span[0] !== span[1],
  );
  check(
    "learningRate",
    learningRate,
    "a finite number, at least 0",
    learningRate >= 0 && learningRate < Infinity,
  );
  if (directions === "both") {
    check("directions: both, loss", loss, "residual", loss === "residual");
    check("directions: both, inputs", inputs.join(", "), "epsilon among them", inputs.includes("epsilon"));
  }
  if (epsilon === null) return;
  const [low, high] = epsilon;
  check(
    "epsilon",
    epsilon.join(", "),
    "0 < smallest ≤ largest, finite",
    0 < low && low <= high && high < Infinity,
  );
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
  const residual = columnStatistics(columnValues(rows, RESIDUAL));
  const scale = residual.mean.map((mean, i) => Math.hypot(mean, residual.deviation[i] ?? 0) || 1);
  const { base, inputs, features, hidden, activation } = fit;
  return { base, inputs, features, hidden, activation, statistics, scale };
}

type Problem = Pick<
  Parameters<typeof compileTraining>[0],
  "parameters" | "batch" | "loss" | "optimizer" | "clipNorm"
>;

function trainingProblem(
  field: Field,
  correction: Correction,
  fit: FitSettings,
  { rows, paths }: FitData,
): Problem {
  const { span, steps, throughField } = fit;
  const matrix = (width: number): InputSpec => ({ shape: [fit.batch, width] });
  const batch = {
    ...(fit.loss !== "trajectory" && { rows: matrix(rows.data.shape[1] ?? 0) }),
    ...(paths !== undefined && { paths: matrix(paths.data.shape[1] ?? 0) }),
  };
  const loss = (parameters: NamedNodes, inputs: NamedNodes): Node => {
    const terms: Node[] = [];
    if (inputs.rows !== undefined)
      terms.push(residualLoss(correction, parameters, inputs.rows, rows.columns));
    if (inputs.paths !== undefined && paths !== undefined) {
      terms.push(
        trajectoryLoss(field, correction, parameters, inputs.paths, {
          columns: paths.columns,
          span,
          steps,
          throughField,
        }),
      );
    }
    return terms.reduce((total, term) => add(total, term));
  };
  return {
    parameters: correction.parameters,
    batch,
    loss,
    optimizer: adamw({ weightDecay: fit.weightDecay }),
    clipNorm: CLIP_NORM,
  };
}

type Outcome = Pick<Fit, "status" | "iterations" | "losses" | "bestError"> & Pick<Correction, "parameters">;

async function train(
  training: Training,
  validation: Validation,
  fit: FitSettings,
  data: FitData,
): Promise<Outcome> {
  const { iterations, signal, onProgress } = fit;
  const next = batchSchedule(fit, data);
  const rise = Math.ceil(iterations * WARMUP_SHARE);
  const rate = warmup(
    cosineAnnealing({ from: fit.learningRate, iterations: Math.max(1, iterations - rise) }),
    rise,
  );
  const blockLength = Math.max(1, Math.floor(iterations / CURVE_POINTS));
  const validateEvery = Math.max(
    blockLength,
    Math.floor(iterations / VALIDATIONS / blockLength) * blockLength,
  );
  const losses: LossPoint[] = [];
  let best = { error: await validation.error(training.parameters()), parameters: training.parameters() };
  let block = 0;
  let skipped = 0;
  let iteration = 0;
  while (iteration < iterations && signal?.aborted !== true) {
    const result = await training.step(next(iteration), rate(iteration));
    iteration++;
    skipped = result.taken ? 0 : skipped + 1;
    if (skipped > MOST_SKIPPED) throw brokenLoss(iteration, result.loss);
    block += result.loss;
    if (iteration % blockLength !== 0 && iteration < iterations) continue;
    const loss = block / (((iteration - 1) % blockLength) + 1);
    block = 0;
    const measured = iteration % validateEvery === 0 || iteration === iterations;
    const error = measured ? await validation.error(training.parameters()) : undefined;
    if (error !== undefined && error < best.error) best = { error, parameters: training.parameters() };
    losses.push({
      iteration,
      loss,
      learningRate: rate(iteration - 1),
      ...(error !== undefined && { error }),
    });
    onProgress?.({
      phase: "fit",
      done: iteration,
      total: iterations,
      loss,
      ...(error !== undefined && { error }),
    });
  }
  const status = iteration < iterations ? "interrupted" : "complete";
  if (status === "interrupted" && iteration > 0) {
    const error = await validation.error(training.parameters());
    if (error < best.error) best = { error, parameters: training.parameters() };
  }
  return { status, iterations: iteration, losses, bestError: best.error, parameters: best.parameters };
}

/** Steps in a row that may be skipped because the loss was not finite. */
const MOST_SKIPPED = 20;

function brokenLoss(iteration: number, loss: number): Error {
  return fail("NON_FINITE", {
    what: `fit, iteration ${iteration}`,
    expected: "a finite loss",
    received: String(loss),
    help: "lower the learning rate, or check the field on these states",
  });
}

/** The paper's order of mini-batches: the first one for a while, then a new one every few iterations. */
function batchSchedule(
  fit: FitSettings,
  { rows, paths }: FitData,
): (iteration: number) => Record<string, ReturnType<Batches["next"]>> {
  const random = new Random(fit.seed);
  const tables = {
    ...(fit.loss !== "trajectory" && { rows: new Batches(rows, fit.batch, random.fork("row batches")) }),
    ...(paths !== undefined && { paths: new Batches(paths, fit.batch, random.fork("path batches")) }),
  };
  const draw = (): Record<string, ReturnType<Batches["next"]>> =>
    Object.fromEntries(Object.entries(tables).map(([name, batches]) => [name, batches.next()]));
  let current = draw();
  return (iteration) => {
    const due =
      iteration > 0 && iteration >= fit.pretrain && (iteration - fit.pretrain) % fit.swapEvery === 0;
    if (due) current = draw();
    return current;
  };
}
