import type { Field } from "../../ode/index.js";
import type { CompileOptions, NamedTensors } from "../../runtime/index.js";
import { fail, isHypersolversError, Random } from "../../tensor/index.js";
import { type BaseDistribution, normalBase } from "./base-distribution.js";
import { type Flow, type FlowFieldOptions, flowField } from "./flow.js";
import type { BestParameters, FlowCheckpoint } from "./flow-checkpoint.js";
import type { FlowData } from "./flow-data.js";
import { type CompiledDensity, compileFlowDensity, meanNegative } from "./flow-density.js";
import type { FlowStep, FlowTrainer } from "./trainer.js";
import {
  batchOf,
  checkPhases,
  compilePhase,
  type FlowPoint,
  scheduleOf,
  type TrainingPhase,
} from "./training-phase.js";

export interface FlowTrainingOptions {
  readonly data: FlowData;
  /** One after another; each starts from the averaged parameters of the one before. */
  readonly phases: readonly TrainingPhase[];
  /** The network. Default: three tanh layers of 128 over z and s. */
  readonly network?: Omit<FlowFieldOptions, "dimension">;
  /** A field to train further, instead of a new network. */
  readonly field?: Field;
  /** Default standard normal. */
  readonly base?: BaseDistribution;
  /** How often to validate, over all. Default 24 times. */
  readonly validations?: number;
  readonly seed?: number;
  readonly compile?: CompileOptions;
  readonly onProgress?: (progress: FlowProgress) => void;
  /** Ends training early; the best parameters so far are kept. */
  readonly signal?: AbortSignal;
  /** Where to go on, as `onCheckpoint` gave it: the result is the same, bit by bit, as without the break. */
  readonly checkpoint?: FlowCheckpoint;
  /** Called after every validation. */
  readonly onCheckpoint?: (checkpoint: FlowCheckpoint) => Promise<void> | void;
}

export interface FlowProgress extends FlowPoint {
  /** Iterations over all phases. */
  readonly total: number;
}

export interface TrainedFlow {
  readonly flow: Flow;
  readonly status: "complete" | "interrupted";
  readonly iterations: number;
  readonly curve: readonly FlowPoint[];
  /** Validation NLL of the parameters that were kept, in nats and units of the data. */
  readonly validationNll: number;
  readonly seconds: number;
}

const CURVE_POINTS = 200;
const VALIDATIONS = 24;
/** A field that needs more is none to keep, and to find out more would take longer than to train. */
const VALIDATION_STEPS = 1000;
/** Iterations in a row that may be skipped because the loss was not finite. */
const MOST_SKIPPED = 20;

/**
 * Trains a flow, validates as it goes, and keeps the averaged parameters that did best on validation data.
 * @throws INVALID_ARGUMENT for options that make no sense; NON_FINITE when the loss breaks, or when no validation could
 *   be solved, each in 1000 steps: then there are no parameters to keep.
 */
export async function trainFlow(options: FlowTrainingOptions): Promise<TrainedFlow> {
  const { data, seed = 0, base = normalBase } = options;
  checkPhases(options.phases);
  checkValidations(options.validations);
  const started = performance.now();
  const network = { dimension: data.dimension, ...options.network };
  const field = options.field ?? flowField(network, new Random(seed).fork("network"));
  const flow: Flow = { field, base, span: [0, 1], standardisation: data.standardisation };
  const validation = await compileFlowDensity(flow, { ...options.compile, maxSteps: VALIDATION_STEPS });
  try {
    const run = await startRun(options, flow, validation);
    const status = await allPhases(run);
    if (run.best.nll === Number.POSITIVE_INFINITY) throw neverValidated(run);
    const { nll: validationNll, parameters } = run.best;
    return {
      ...{ status, validationNll, iterations: run.iteration, curve: run.curve },
      flow: { ...flow, field: { ...field, parameters } },
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await validation.dispose();
  }
}

/** A training under way. */
interface Run {
  readonly options: FlowTrainingOptions;
  readonly settings: string;
  readonly flow: Flow;
  readonly validation: CompiledDensity;
  readonly total: number;
  /** Iterations between two points of the curve, and between two validations, a multiple of it. */
  readonly block: number;
  readonly validateEvery: number;
  /** Iterations done. */
  iteration: number;
  curve: FlowPoint[];
  best: BestParameters;
  /** State of the trainer of the phase that `iteration` lies in, when it was given. */
  resumed: NamedTensors | undefined;
}

async function startRun(options: FlowTrainingOptions, flow: Flow, validation: CompiledDensity): Promise<Run> {
  const { phases, validations = VALIDATIONS, checkpoint } = options;
  const total = phases.reduce((sum, { iterations }) => sum + iterations, 0);
  const block = Math.max(1, Math.floor(total / CURVE_POINTS));
  const validateEvery = Math.max(block, Math.floor(total / validations / block) * block);
  const settings = settingsOf(options);
  const run = { options, settings, flow, validation, total, block, validateEvery };
  if (checkpoint === undefined) {
    const best = { nll: Number.POSITIVE_INFINITY, parameters: flow.field.parameters };
    return { ...run, iteration: 0, curve: [], best, resumed: undefined };
  }
  if (checkpoint.settings === settings) {
    const { iteration, curve, best, trainer } = checkpoint;
    return { ...run, iteration, curve: [...curve], best, resumed: trainer };
  }
  throw fail("INVALID_ARGUMENT", {
    what: "checkpoint",
    expected: `one of the same training: ${settings}`,
    received: checkpoint.settings,
    help: "resume with the options that the training was begun with, or start anew",
  });
}

/** What decides the outcome, as text. */
function settingsOf(options: FlowTrainingOptions): string {
  const { data, phases, network, base = normalBase, seed = 0, validations = VALIDATIONS } = options;
  return JSON.stringify({ data: data.description, phases, network, base: base.name, seed, validations });
}

async function allPhases(run: Run): Promise<TrainedFlow["status"]> {
  const { phases, seed = 0, compile = {}, signal } = run.options;
  const { radius } = run.options.data;
  let parameters = run.flow.field.parameters;
  let end = 0;
  for (const [i, phase] of phases.entries()) {
    end += phase.iterations;
    if (end < run.iteration) continue;
    const phaseSeed = new Random(seed).fork(`phase ${i}`).seed;
    const field = { ...run.flow.field, parameters };
    const trainer = await compilePhase(run.flow, field, phase, { seed: phaseSeed, radius, compile });
    try {
      if (run.resumed !== undefined) trainer.restore(run.resumed);
      run.resumed = undefined;
      await onePhase(run, phase, trainer, end);
      parameters = trainer.averaged();
    } finally {
      await trainer.dispose();
    }
    if (signal?.aborted === true && run.iteration < run.total) return "interrupted";
  }
  return "complete";
}

async function onePhase(run: Run, phase: TrainingPhase, trainer: FlowTrainer, end: number): Promise<void> {
  const { data, seed = 0, signal } = run.options;
  const rate = scheduleOf(phase);
  const random = new Random(seed);
  let block = newBlock();
  let skipped = 0;
  while (run.iteration < end) {
    const x = data.batch(batchOf(phase), random.fork(`batch ${run.iteration}`));
    const step = await trainer.step(x, rate(run.iteration + phase.iterations - end));
    run.iteration++;
    skipped = step.taken ? 0 : skipped + 1;
    if (skipped > MOST_SKIPPED) throw brokenLoss(run.iteration, step);
    if (step.taken) block = extended(block, step.loss, step.nfe);
    const stopped = signal?.aborted === true;
    const atEnd = run.iteration === end || stopped;
    if (run.iteration % run.block !== 0 && !atEnd) continue;
    const due = run.iteration === end || run.iteration % run.validateEvery === 0;
    await closeBlock(run, phase, trainer, block, { due, stopped });
    block = newBlock();
    if (stopped) return;
  }
}

interface Block {
  readonly count: number;
  readonly loss: number;
  readonly nfe: number | undefined;
}

const newBlock = (): Block => ({ count: 0, loss: 0, nfe: undefined });
const extended = ({ count, loss, nfe }: Block, nextLoss: number, nextNfe: number | undefined): Block => ({
  count: count + 1,
  loss: loss + nextLoss,
  nfe: nextNfe === undefined ? nfe : (nfe ?? 0) + nextNfe,
});

/**
 * Adds a point to the curve; validates and offers a checkpoint where one is due. A stop elsewhere validates too, to keep
 * the best, but is no place to go on from: a run without the break would not validate there.
 */
async function closeBlock(
  run: Run,
  { objective }: TrainingPhase,
  trainer: FlowTrainer,
  { count, loss, nfe }: Block,
  { due, stopped }: { readonly due: boolean; readonly stopped: boolean },
): Promise<void> {
  const { iteration, options, settings, total } = run;
  const measured = due || stopped ? await validate(run, trainer.averaged()) : {};
  const point: FlowPoint = {
    ...{ iteration, objective, loss: loss / count },
    ...(nfe !== undefined && { nfe: nfe / count }),
    ...measured,
  };
  run.curve.push(point);
  options.onProgress?.({ ...point, total });
  if (!due) return;
  const { curve, best } = run;
  await options.onCheckpoint?.({ settings, iteration, curve: [...curve], best, trainer: trainer.state() });
}

async function validate(
  run: Run,
  parameters: NamedTensors,
): Promise<Pick<FlowPoint, "nll" | "validationNfe">> {
  const { data, seed = 0 } = run.options;
  // The same noise every time: comparable numbers, and a resumed run sees those of an unbroken one.
  const random = new Random(seed).fork("validation noise");
  try {
    const { values, statistics } = await run.validation.run(data.validation, parameters, random);
    const nll = meanNegative(values);
    if (nll < run.best.nll) run.best = { nll, parameters };
    return { nll, validationNfe: statistics.nfe };
  } catch (error) {
    // A field too wild to be solved is no reason to lose the best so far: training may calm it down.
    if (brokenSolves.some((code) => isHypersolversError(error, code))) return { nll: Number.NaN };
    throw error;
  }
}

const brokenSolves = ["STEP_LIMIT", "STEP_UNDERFLOW", "NON_FINITE"] as const;

function neverValidated({ curve, iteration }: Run): Error {
  const count = curve.filter(({ nll }) => nll !== undefined).length;
  return fail("NON_FINITE", {
    what: `training, ${iteration} iterations`,
    expected: `a flow whose validation data have finite densities, solved in at most ${VALIDATION_STEPS} steps`,
    received: count === 1 ? "none in the only validation" : `none in ${count} validations`,
    help: "train longer, lower the learning rate, or look for outliers in the data",
  });
}

function checkValidations(validations = VALIDATIONS): void {
  if (Number.isInteger(validations) && validations > 0) return;
  throw fail("INVALID_ARGUMENT", {
    what: "validations",
    expected: "a positive integer",
    received: String(validations),
  });
}

function brokenLoss(iteration: number, { loss, broken }: FlowStep): Error {
  return fail("NON_FINITE", {
    what: `training, iteration ${iteration}`,
    expected: "a finite loss",
    received: `${broken?.reason ?? loss}, ${MOST_SKIPPED + 1} times in a row`,
    help: "lower the learning rate, or look for outliers in the data",
  });
}
