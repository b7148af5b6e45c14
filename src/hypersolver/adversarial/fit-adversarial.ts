import type { Field } from "../../ode/index.js";
import { tableauSpec } from "../../ode/internal.js";
import type { Checkpoint } from "../../optim/index.js";
import { runTraining, type TrainerPhase, type TrainingOutcome, type Verdict } from "../../optim/internal.js";
import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { type MachineOptions, machineOf } from "../../runtime/internal.js";
import { completeSpec } from "../../spec/index.js";
import { fail, isBroken, isHypersolversError, Random, unlessItBreaks } from "../../tensor/index.js";
import type { Correction } from "../correction/correction.js";
import { fingerprintOf } from "../files/fingerprint.js";
import { weightsHash } from "../files/weights-hash.js";
import { fitSchedule } from "../fit/learning-rate.js";
import type { StateStream } from "../states/state-stream.js";
import type { StateSource } from "../states/states.js";
import { type AdversarialNumbers, compileAdversarialMeasure } from "./adversarial-measure.js";
import {
  type AdversarialGame,
  adversaries,
  hasAdversary,
  leadingRate,
  sidesOf,
  startOf,
  valuesOf,
} from "./adversarial-players.js";
import { type AdversarialFit, resultOf } from "./adversarial-result.js";
import { type AdversarialSpec, adversarialTable, type EffectiveAdversarial } from "./adversarial-table.js";
import { floatParameters } from "./bounded-weights.js";

/** What an adversarial fit is given that is no plain data. */
export interface AdversarialInputs {
  /** Initial states at span[0]. */
  readonly states: StateSource | StateStream;
  /** Where to go on, as `onCheckpoint` gave it: the result is the same, bit by bit, as without the break. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Called after every validation, and at an early end. */
  readonly onCheckpoint?: ((checkpoint: Checkpoint) => Promise<void> | void) | undefined;
}

/** What progress calls it. */
const ADVERSARIAL_ROUNDS = "adversarial rounds";
const VALIDATION_SAMPLES = 256;
const CURVE_POINTS = 200;

/**
 * Trains a correction against an adversary that makes the field hard to solve (Poli et al., 2020, equation 6 and appendix
 * B.2): min over the correction's parameters ω, max over the field's θ of Σ_k ‖z_k − z̄_k‖, by alternating updates. The
 * field stays within a bound (`growth`): without one it would win by growing alone.
 *
 * With `defenseUpdates: 0` it is an attack on a given correction; with `attackUpdates: 0` plain training on the given field;
 * with `fields: "random"` training on fields drawn within the bound.
 * @param correction where g begins, such as a fitted one; its base and inputs stay.
 * @param spec as plain data: `adversarialTable` has the options.
 * @throws INVALID_ARGUMENT for options that make no sense, a field without float parameters, or a
 *   checkpoint of another fit; NON_FINITE when a side breaks for good: `details.kept` is then the fit until the last values
 *   that could be measured, where there are any.
 */
export async function fitAdversarial(
  field: Field,
  correction: Correction,
  spec: AdversarialSpec,
  inputs: AdversarialInputs,
  context: RunContext = {},
): Promise<AdversarialFit> {
  const game: AdversarialGame = { field, correction, spec: resolved(field, spec), states: inputs.states };
  const machine = machineOf(context);
  const random = new Random(game.spec.seed);
  const samples = await game.states.validation(VALIDATION_SAMPLES, random);
  const measure = await compileAdversarialMeasure(field, correction, game.spec, samples, machine);
  try {
    const initial = valuesOf(floatParameters(field.parameters), correction.parameters);
    const measured = (values: NamedTensors): Promise<AdversarialNumbers> => {
      const sides = sidesOf(values);
      return measure.of(sides.field, sides.correction);
    };
    const before = await measured(initial);
    const task = {
      initial,
      phases: phasesOf(game, machine),
      validate: (values: NamedTensors) => verdictOf(measured(values)),
      // The adversary moves: what was good against an earlier one is no better than what stands against the last.
      keeps: game.spec.defenseUpdates > 0 ? ("last" as const) : ("best" as const),
      keepsInitial: true,
    };
    const plan = {
      what: "adversarial fit",
      advice: "lower the learning rates, or the bound of the field",
      settings: identityOf(game),
      spacing: { points: CURVE_POINTS, validations: game.spec.validations, each: "run" as const },
      checkpoint: inputs.checkpoint,
      onCheckpoint: inputs.onCheckpoint,
    };
    const ended = (outcome: TrainingOutcome): AdversarialFit => resultOf(game, before, outcome);
    return ended(await runTraining(task, plan, context).catch((error: unknown) => giveUp(error, ended)));
  } finally {
    await measure.dispose();
  }
}

/**
 * Every choice made.
 * @throws INVALID_ARGUMENT for a field that cannot be attacked, or where neither side would play.
 */
function resolved(field: Field, spec: AdversarialSpec): EffectiveAdversarial {
  const complete = completeSpec(adversarialTable, spec);
  const parameters = floatParameters(field.parameters);
  if (Object.keys(parameters).length === 0)
    throw fail("INVALID_ARGUMENT", {
      what: "adversarial fit: field",
      expected: "float parameters, for the adversary to move",
      received: "none",
      help: "define the field with its weights as parameters, not as constants of its graph",
    });
  const { attackUpdates, defenseUpdates, fields } = complete;
  if (defenseUpdates === 0 && (attackUpdates === 0 || fields === "random"))
    throw fail("INVALID_ARGUMENT", {
      what: "defenseUpdates, attackUpdates",
      expected: "updates of one side at least",
      received: fields === "random" ? "no updates, and random fields instead of an adversary" : "0, 0",
    });
  return complete;
}

/** A phase for each adversary. Rates fall while it plays, and begin anew with the next. */
function phasesOf(game: AdversarialGame, machine: MachineOptions): TrainerPhase[] {
  const { rounds } = game.spec;
  const count = hasAdversary(game.spec) ? Math.min(game.spec.adversaries, rounds) : 1;
  const firstOf = (number: number): number => Math.floor((number * rounds) / count);
  return Array.from({ length: count }, (_, number): TrainerPhase => {
    const iterations = firstOf(number + 1) - firstOf(number);
    return {
      name: `adversary ${number + 1}`,
      stage: ADVERSARIAL_ROUNDS,
      iterations,
      learningRate: fitSchedule(iterations, leadingRate(game.spec), 0),
      start: ({ last }) => {
        const { correction } = sidesOf(last);
        return adversaries(game, valuesOf(startOf(game, number), correction), number, machine);
      },
    };
  });
}

/** A correction is to hold, a field is to be hard. */
async function verdictOf(measured: Promise<AdversarialNumbers>): Promise<Verdict> {
  const numbers = await unlessItBreaks(measured);
  if (isBroken(numbers)) return { score: undefined, metrics: {} };
  return { score: [-numbers.error], metrics: { ...numbers } };
}

/** What decides the outcome, as text: a checkpoint continues the same fit only. */
const identityOf = ({ field, correction, spec, states }: AdversarialGame): string =>
  JSON.stringify({
    ...spec,
    field: fingerprintOf(field),
    base: tableauSpec(correction.base),
    correction: weightsHash(correction.parameters),
    states: states.description,
  });

/** @throws the error of the loop; where something was measured until then, with the fit until there. */
function giveUp(error: unknown, ended: (outcome: TrainingOutcome) => AdversarialFit): never {
  if (!isHypersolversError(error, "NON_FINITE")) throw error;
  const outcome = error.facts.details?.outcome as TrainingOutcome | undefined;
  if (outcome?.best === undefined) throw error;
  throw fail("NON_FINITE", {
    ...error.facts,
    help: `${error.facts.help}; the last correction and field that could be measured are in details.kept`,
    details: { kept: ended(outcome) },
  });
}
