import type { Field, Method } from "../../ode/index.js";
import type { Checkpoint } from "../../optim/index.js";
import { runTraining, type TrainerPhase } from "../../optim/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { type MachineOptions, machineOf } from "../../runtime/internal.js";
import { type Complete, completeSpec } from "../../spec/index.js";
import { fail, Random } from "../../tensor/index.js";
import { type BaseDistribution, normalBase } from "./base-distribution.js";
import { type Flow, flowField } from "./flow.js";
import type { FlowData } from "./flow-data.js";
import { type FlowTrainingSpec, flowTrainingTable } from "./flow-table.js";
import { compileValidation, VALIDATION_STEPS } from "./flow-validation.js";
import { batchOf, compilePhase, type FlowPoint, flowPoint, scheduleOf } from "./training-phase.js";

/** What a training is given that is no plain data. */
export interface FlowTrainingInputs {
  /** A field to train further, instead of a new network. */
  readonly field?: Field | undefined;
  /** Default standard normal. */
  readonly base?: BaseDistribution | undefined;
  /** How maximum likelihood solves, where no spelling says it; goes before the `solver.method` of the phases. */
  readonly solver?: Method | undefined;
  /** Where to go on, as `onCheckpoint` gave it: the result is the same, bit by bit, as without the break. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Called after every validation, and at an early end. */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => Promise<void> | void) | undefined;
}

/** All that a training works by. */
interface FlowTraining extends Complete<typeof flowTrainingTable> {
  readonly data: FlowData;
  readonly base: BaseDistribution;
  readonly solver: Method | undefined;
  readonly machine: MachineOptions;
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

/**
 * Trains a flow, validates as it goes, and keeps the averaged parameters that did best on validation data.
 * @param spec phases, network and seed, as plain data: `flowTrainingTable` has the options.
 * @throws INVALID_ARGUMENT that names an option, or for a checkpoint of another training; NON_FINITE when the loss breaks,
 *   or when no validation could be solved, each in 1000 steps: then there are no parameters to keep.
 */
export async function trainFlow(
  data: FlowData,
  spec: FlowTrainingSpec,
  inputs: FlowTrainingInputs = {},
  context: RunContext = {},
): Promise<TrainedFlow> {
  const { base = normalBase, solver, checkpoint, onCheckpoint } = inputs;
  const machine = machineOf(context);
  const options = { ...completeSpec(flowTrainingTable, spec), data, base, solver, machine };
  const { phases, seed, validations, network } = options;
  if (phases.length === 0)
    throw fail("INVALID_ARGUMENT", { what: "phases", expected: "at least one", received: "none" });
  const { dimension } = data;
  const field = inputs.field ?? flowField({ ...network, dimension }, new Random(seed).fork("network"));
  const flow: Flow = { field, base, span: [0, 1], standardization: data.standardization };
  const validation = await compileValidation(flow, data, seed, machine);
  try {
    const task = {
      initial: field.parameters,
      phases: trainerPhases(options, flow),
      validate: validation.verdict,
    };
    const plan = {
      what: "training",
      advice: "lower the learning rate, or look for outliers in the data",
      settings: settingsOf(options),
      spacing: { points: CURVE_POINTS, validations, each: "run" as const },
      checkpoint,
      onCheckpoint,
    };
    const { best, curve, ...outcome } = await runTraining(task, plan, context);
    const points = curve.map(flowPoint);
    if (best === undefined) throw neverValidated(outcome.iterations, points);
    return {
      ...outcome,
      curve: points,
      validationNll: best.metrics.nll ?? Number.NaN,
      flow: { ...flow, field: { ...field, parameters: best.values } },
    };
  } finally {
    await validation.dispose();
  }
}

/** What decides the outcome, as text. */
function settingsOf({ data, phases, network, base, solver, seed, validations }: FlowTraining): string {
  const names = { data: data.description, phases, network, base: base.name, seed, validations };
  return JSON.stringify({ ...names, solver: solver?.text });
}

/** The phases for the loop; mini-batches are numbered over all of them. */
function trainerPhases({ data, phases, seed, solver, machine }: FlowTraining, flow: Flow): TrainerPhase[] {
  const random = new Random(seed);
  return phases.map((phase, i) => {
    const start = phases.slice(0, i).reduce((sum, { iterations }) => sum + iterations, 0);
    return {
      name: phase.objective,
      stage: `training (${phase.objective.replace("-", " ")})`,
      iterations: phase.iterations,
      learningRate: scheduleOf(phase),
      start: async ({ last: parameters }) => {
        const settings = { seed: random.fork(`phase ${i}`).seed, radius: data.radius, solver };
        const trainer = await compilePhase(flow, { ...flow.field, parameters }, phase, settings, machine);
        return {
          step: async (iteration, learningRate) => {
            const x = data.batch(batchOf(phase), random.fork(`batch ${start + iteration}`));
            const { nfe, metrics: _, ...step } = await trainer.step(x, learningRate);
            return nfe === undefined ? step : { ...step, metrics: { nfe } };
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

function neverValidated(iterations: number, curve: readonly FlowPoint[]): Error {
  const count = curve.filter(({ nll }) => nll !== undefined).length;
  return fail("NON_FINITE", {
    what: `training, ${iterations} iterations`,
    expected: `a flow whose validation data have finite densities, solved in at most ${VALIDATION_STEPS} steps`,
    received: count === 1 ? "none in the only validation" : `none in ${count} validations`,
    help: "train longer, lower the learning rate, or look for outliers in the data",
  });
}
