import type { Field } from "../../ode/index.js";
import { type Checkpoint, runTraining, type TrainerPhase, type Verdict } from "../../optim/index.js";
import { contextOf, type NamedTensors, type RunOptions } from "../../runtime/index.js";
import { fail, isBroken, Random, unlessItBreaks } from "../../tensor/index.js";
import { type BaseDistribution, normalBase } from "./base-distribution.js";
import { type Flow, type FlowFieldOptions, flowField } from "./flow.js";
import type { FlowData } from "./flow-data.js";
import { type CompiledDensity, compileFlowDensity, meanNegative } from "./flow-density.js";
import {
  batchOf,
  checkPhases,
  compilePhase,
  type FlowPoint,
  flowPoint,
  scheduleOf,
  type TrainingPhase,
} from "./training-phase.js";

export interface FlowTrainingOptions extends RunOptions {
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
  /** Where to go on, as `onCheckpoint` gave it: the result is the same, bit by bit, as without the break. */
  readonly checkpoint?: Checkpoint;
  /** Called after every validation, and at an early end. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => Promise<void> | void;
}

/** How the training of a flow ended. */
export interface TrainedFlow {
  readonly flow: Flow;
  readonly status: "complete" | "interrupted";
  readonly iterations: number;
  readonly curve: readonly FlowPoint[];
  /** Validation NLL of the parameters that were kept, in nats and units of the data. */
  readonly validationNll: number;
  /** Over all sessions. */
  readonly seconds: number;
}

const CURVE_POINTS = 200;
const VALIDATIONS = 24;
/** A field that needs more is none to keep, and to find out more would take longer than to train. */
const VALIDATION_STEPS = 1000;

/**
 * Trains a flow, validates as it goes, and keeps the averaged parameters that did best on validation data.
 * @throws INVALID_ARGUMENT for options that make no sense; NON_FINITE when the loss breaks, or when no validation could
 *   be solved, each in 1000 steps: then there are no parameters to keep.
 */
export async function trainFlow(options: FlowTrainingOptions): Promise<TrainedFlow> {
  const { data, phases, seed = 0, base = normalBase, validations = VALIDATIONS } = options;
  checkPhases(phases);
  checkValidations(validations);
  const network = { dimension: data.dimension, ...options.network };
  const field = options.field ?? flowField(network, new Random(seed).fork("network"));
  const flow: Flow = { field, base, span: [0, 1], standardisation: data.standardisation };
  const density = await compileFlowDensity(flow, {
    ...options.compile,
    method: `dopri5@1e-5,maxSteps=${VALIDATION_STEPS}`,
  });
  try {
    const task = {
      initial: field.parameters,
      phases: trainerPhases(options, flow),
      validate: (parameters: NamedTensors) => verdictOf(density, parameters, options),
    };
    const plan = {
      what: "training",
      advice: "lower the learning rate, or look for outliers in the data",
      settings: settingsOf(options),
      spacing: { points: CURVE_POINTS, validations, each: "run" as const },
      ...(options.checkpoint && { checkpoint: options.checkpoint }),
      ...(options.onCheckpoint && { onCheckpoint: options.onCheckpoint }),
    };
    const { best, curve, ...outcome } = await runTraining(task, plan, contextOf(options));
    const points = curve.map(flowPoint);
    if (best === undefined) throw neverValidated(outcome.iterations, points);
    return {
      ...outcome,
      curve: points,
      validationNll: best.metrics.nll ?? Number.NaN,
      flow: { ...flow, field: { ...field, parameters: best.values } },
    };
  } finally {
    await density.dispose();
  }
}

/** What decides the outcome, as text. */
function settingsOf(options: FlowTrainingOptions): string {
  const { data, phases, network, base = normalBase, seed = 0, validations = VALIDATIONS } = options;
  return JSON.stringify({ data: data.description, phases, network, base: base.name, seed, validations });
}

/** The phases for the loop; mini-batches are numbered over all of them. */
function trainerPhases(
  { data, phases, seed = 0, compile = {} }: FlowTrainingOptions,
  flow: Flow,
): TrainerPhase[] {
  const random = new Random(seed);
  return phases.map((phase, i) => {
    const start = phases.slice(0, i).reduce((sum, { iterations }) => sum + iterations, 0);
    return {
      name: phase.objective,
      stage: `training (${phase.objective.replace("-", " ")})`,
      iterations: phase.iterations,
      learningRate: scheduleOf(phase),
      start: async ({ last: parameters }) => {
        const settings = { seed: random.fork(`phase ${i}`).seed, radius: data.radius, compile };
        const trainer = await compilePhase(flow, { ...flow.field, parameters }, phase, settings);
        return {
          step: async (iteration, learningRate) => {
            const x = data.batch(batchOf(phase), random.fork(`batch ${start + iteration}`));
            const { nfe, metrics: _, ...step } = await trainer.step(x, learningRate);
            return { ...step, ...(nfe !== undefined && { metrics: { nfe } }) };
          },
          values: () => trainer.averaged(),
          state: () => trainer.state(),
          restore: (state) => trainer.restore(state),
          dispose: () => trainer.dispose(),
        };
      },
    };
  });
}

/** The NLL of validation data. A field too wild to be solved is not kept: training may calm it down. */
async function verdictOf(
  density: CompiledDensity,
  parameters: NamedTensors,
  { data, seed = 0 }: FlowTrainingOptions,
): Promise<Verdict> {
  // The same noise every time: comparable numbers, and a resumed run sees those of an unbroken one.
  const random = new Random(seed).fork("validation noise");
  const result = await unlessItBreaks(density.run(data.validation, parameters, random));
  if (isBroken(result)) return { score: undefined, metrics: { nll: Number.NaN } };
  const nll = meanNegative(result.values);
  const metrics = { nll, validationNfe: result.statistics.nfe };
  return { score: nll < Number.POSITIVE_INFINITY ? [nll] : undefined, metrics };
}

function neverValidated(iterations: number, curve: readonly FlowPoint[]): Error {
  const count = curve.filter(({ nll }) => nll !== undefined).length;
  return fail("NON_FINITE", {
    what: `training, ${iterations} iterations`,
    expected: `a flow whose validation data have finite densities, solved in at most ${VALIDATION_STEPS} steps`,
    received: count === 1 ? "none in the only validation" : `none in ${count} validations`,
    help: "train longer, lower the learning rate, or look for outliers in the data",
  });
}

function checkValidations(validations: number): void {
  if (Number.isInteger(validations) && validations > 0) return;
  throw fail("INVALID_ARGUMENT", {
    what: "validations",
    expected: "a positive integer",
    received: String(validations),
  });
}
