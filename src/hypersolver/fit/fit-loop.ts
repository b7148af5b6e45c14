import type { Training } from "../../optim/index.js";
import type { NamedTensors } from "../../runtime/index.js";
import { fail, isHypersolversError } from "../../tensor/index.js";
import type { FitLoss, FitSettings } from "./fit-options.js";
import type { FitPhase, FitPlan } from "./fit-plan.js";
import type { Validation } from "./validation.js";

export interface LossPoint {
  /** Last iteration of the block, counted over all phases. */
  readonly iteration: number;
  readonly loss: number;
  /** Which loss that is: phases have different ones. */
  readonly kind: FitLoss;
  readonly learningRate: number;
  /** Validation error, where it was measured. */
  readonly error?: number;
}

/** How a training ended. */
export interface FitOutcome {
  readonly status: "complete" | "interrupted";
  readonly iterations: number;
  readonly losses: readonly LossPoint[];
  readonly bestError: number;
  readonly parameters: NamedTensors;
}

/** Points of the training curve of a phase, and how many of them measure the validation error. */
const CURVE_POINTS = 300;
const VALIDATIONS = 20;
/** Steps in a row that may be skipped because the loss was not finite. */
const MOST_SKIPPED = 20;

/** Runs the phases one after another, each from the best parameters so far; keeps what was best on validation states. */
export async function runPhases({
  initial,
  phases,
  validation,
  settings,
}: Pick<FitPlan, "initial" | "phases" | "validation" | "settings">): Promise<FitOutcome> {
  const record = new FitRecord(validation, settings, phases);
  await record.measure(initial.parameters);
  for (const phase of phases) {
    const training = await phase.compile(record.best.parameters);
    try {
      await runPhase(phase, training, record, settings.signal);
    } finally {
      await training.dispose();
    }
    if (settings.signal?.aborted === true) break;
  }
  const { error: bestError, parameters } = record.best;
  const { iteration: iterations, losses } = record;
  const status = iterations < record.total ? "interrupted" : "complete";
  return { status, iterations, losses, bestError, parameters };
}

async function runPhase(
  phase: FitPhase,
  training: Training,
  record: FitRecord,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { iterations, learningRate } = phase;
  const blockLength = Math.max(1, Math.floor(iterations / CURVE_POINTS));
  const validateEvery = Math.max(
    blockLength,
    Math.floor(iterations / VALIDATIONS / blockLength) * blockLength,
  );
  let block = 0;
  let skipped = 0;
  let iteration = 0;
  while (iteration < iterations && signal?.aborted !== true) {
    const batch = await batchOrStop(phase, iteration, signal);
    if (batch === undefined) break;
    const result = await training.step(batch, learningRate(iteration));
    iteration++;
    record.iteration++;
    skipped = result.taken ? 0 : skipped + 1;
    if (skipped > MOST_SKIPPED) throw brokenLoss(record.iteration, result.loss);
    block += result.loss;
    if (iteration % blockLength !== 0 && iteration < iterations) continue;
    const loss = block / (((iteration - 1) % blockLength) + 1);
    block = 0;
    const measured = iteration % validateEvery === 0 || iteration === iterations;
    const error = measured ? await record.measure(training.parameters()) : undefined;
    record.add({ loss, kind: phase.loss, learningRate: learningRate(iteration - 1) }, error);
  }
  if (iteration > 0 && iteration < iterations) await record.measure(training.parameters());
}

/** The next mini-batch; undefined when the fit was stopped while its references were being solved. */
async function batchOrStop(
  phase: FitPhase,
  iteration: number,
  signal: AbortSignal | undefined,
): Promise<NamedTensors | undefined> {
  try {
    return await phase.batch(iteration);
  } catch (error) {
    if (signal?.aborted === true && isHypersolversError(error, "INTERRUPTED")) return undefined;
    throw error;
  }
}

/** What a fit has found out so far. */
class FitRecord {
  readonly losses: LossPoint[] = [];
  readonly total: number;
  best: { readonly error: number; readonly parameters: NamedTensors } = {
    error: Number.POSITIVE_INFINITY,
    parameters: {},
  };
  iteration = 0;
  readonly #validation: Validation;
  readonly #onProgress: FitSettings["onProgress"];

  constructor(validation: Validation, { onProgress }: FitSettings, phases: readonly FitPhase[]) {
    this.#validation = validation;
    this.#onProgress = onProgress;
    this.total = phases.reduce((sum, { iterations }) => sum + iterations, 0);
  }

  /** The validation error of parameters, which are kept when it is the smallest. */
  async measure(parameters: NamedTensors): Promise<number> {
    const error = await this.#validation.error(parameters);
    const isFirst = Object.keys(this.best.parameters).length === 0;
    if (isFirst || error < this.best.error) this.best = { error, parameters };
    return error;
  }

  add(point: Omit<LossPoint, "iteration" | "error">, error: number | undefined): void {
    const measured = error === undefined ? {} : { error };
    this.losses.push({ iteration: this.iteration, ...point, ...measured });
    const { loss } = point;
    this.#onProgress?.({ phase: "fit", done: this.iteration, total: this.total, loss, ...measured });
  }
}

function brokenLoss(iteration: number, loss: number): Error {
  return fail("NON_FINITE", {
    what: `fit, iteration ${iteration}`,
    expected: "a finite loss",
    received: String(loss),
    help: "lower the learning rate, or check the field on these states",
  });
}
