import { densityNamed } from "../../data/index.js";
import {
  type AdversarialFit,
  type AdversarialSpec,
  type Correction,
  compileAdversarialMeasure,
  fitAdversarial,
  fitCorrection,
  normalStates,
  type StateSource,
} from "../../hypersolver/index.js";
import { type AdversarialNumbers, boundOf, randomWithin } from "../../hypersolver/internal.js";
import { densityData, trainFlow } from "../../models/index.js";
import type { Field, Span } from "../../ode/index.js";
import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { type Broken, fail, isBroken, Random, unlessItBreaks, zeros } from "../../tensor/index.js";
import type { AdversarialExperimentSpec } from "./adversarial-spec.js";

/** The span of a flow. */
export const SPAN: Span = [0, 1];
/** RK4 steps of the reference in a step of the hypersolver. */
const REFERENCE_STEPS = 2;

/** How a correction was trained, by the name that tables have for it: all with as many updates. */
const trainings = {
  plain: { attackUpdates: 0, defenseUpdates: 3, validations: 2 },
  "random fields": { fields: "random", defenseUpdates: 3, validations: 2 },
  defended: {},
  "defended, log": { loss: "log", validations: 2 },
} as const;
export type Arm = keyof typeof trainings;
const arms = Object.keys(trainings) as readonly Arm[];

/** Kinds of fields that corrections are measured on. */
export type FieldKind = "the given field" | "held out, stiff" | "held out, others" | "its own attack";

/** Both sides before any game. */
export interface Ground {
  readonly field: Field;
  /** Fitted to the field by residuals: where all corrections begin. */
  readonly correction: Correction;
  /** Fitted likewise, with another seed: a victim for attacks whose fields nobody has met. */
  readonly victim: Correction;
  readonly states: StateSource;
}

/** A correction on a field. */
export interface Standing {
  readonly arm: Arm;
  readonly kind: FieldKind;
  readonly numbers: AdversarialNumbers | Broken;
}

/** How error and stiffness went over the rounds. */
export interface Course {
  readonly label: string;
  readonly points: readonly { readonly round: number; readonly numbers: AdversarialNumbers }[];
}

/** What `metrics.json` holds beside the facts of every run. */
export interface AdversarialMetrics {
  readonly standings: readonly Standing[];
  readonly courses: readonly Course[];
}

/** Everything that the games of a seed give. */
export interface Games extends AdversarialMetrics {
  /** Fields to be drawn, by title. */
  readonly drawn: Readonly<Record<string, Field>>;
}

/** A small flow from noise to two moons, and a correction of its base. */
export async function groundOf(
  { base, steps, fieldHidden, fieldIterations, hidden, fitIterations, batch }: AdversarialExperimentSpec,
  seed: number,
  context: RunContext,
): Promise<Ground> {
  const { flow } = await trainFlow(
    densityData(densityNamed("moons"), seed),
    {
      ...{ seed, validations: 2, network: { hidden: fieldHidden } },
      phases: [
        { objective: "flow-matching", iterations: fieldIterations, learningRate: 3e-3, batch: 4 * batch },
      ],
    },
    {},
    context,
  );
  const states = normalStates([2]);
  const spec = { base, steps, iterations: fitIterations, hidden, batch: 4 * batch, trajectories: 2048 };
  const fitted = async (own: number): Promise<Correction> =>
    (await fitCorrection(flow.field, { ...spec, seed: own }, { states }, context)).correction;
  return {
    field: flow.field,
    correction: await fitted(seed),
    victim: await fitted(seedOf(seed, "victim")),
    states,
  };
}

/** Plays all games on a ground, and measures every correction on every field. */
export async function playGames(
  ground: Ground,
  spec: AdversarialExperimentSpec,
  seed: number,
  context: RunContext,
): Promise<Games> {
  const { field, correction } = ground;
  const play = player(ground, spec, seed, context);
  const attack = { rounds: spec.attackRounds, adversaries: 1, defenseUpdates: 0, validations: 4 };
  const undefended = await play(field, correction, { ...attack, validations: 20 });
  const defended = await play(field, correction, {});
  const fits = { defended: defended.correction } as Record<Arm, Correction>;
  for (const arm of arms) fits[arm] ??= (await play(field, correction, trainings[arm])).correction;
  const alone = {
    ...correction,
    parameters: mapValues(correction.parameters, ({ shape, dtype }) => zeros(shape, dtype)),
  };
  const heldOut: NamedTensors[] = [];
  for (let i = 0; i < spec.heldOutFields; i++) {
    const start = { ...field, parameters: { ...field.parameters, ...heldOutStart(field, seed, i) } };
    const against = { ...attack, seed: seedOf(seed, `held out ${i}`) };
    heldOut.push((await play(start, i % 2 === 0 ? alone : ground.victim, against)).field.parameters);
  }
  const owns: [Arm, NamedTensors][] = [];
  for (const arm of arms) {
    const against = { ...attack, adversaries: 2, seed: seedOf(seed, "own attack") };
    owns.push([arm, (await play(field, fits[arm], against)).field.parameters]);
  }
  return {
    standings: await standingsOf(ground, spec, seed, { fits, heldOut, owns }, context),
    courses: [courseOf("plain, attacked", undefended), courseOf("defended in the game", defended)],
    drawn: { "given field": field, "after an attack": undefended.field, "after the game": defended.field },
  };
}

function player(ground: Ground, spec: AdversarialExperimentSpec, seed: number, context: RunContext) {
  const { steps, rounds, adversaries, growth, batch } = spec;
  const common = {
    steps,
    rounds,
    adversaries,
    growth,
    batch,
    seed,
    span: SPAN,
    referenceSteps: REFERENCE_STEPS,
  };
  return async (
    field: Field,
    correction: Correction,
    own: Partial<AdversarialSpec>,
  ): Promise<AdversarialFit> => {
    const fit = await fitAdversarial(
      field,
      correction,
      { ...common, ...own },
      { states: ground.states },
      context,
    );
    if (fit.status === "complete") return fit;
    throw fail("INTERRUPTED", { what: "adversarial game", received: "a stop before its end" });
  };
}

const seedOf = (seed: number, purpose: string): number =>
  new Random(seed).fork(purpose).integer(0, 2 ** 31 - 1);

/** The first two held-out attacks begin at the given field, the others near it. */
function heldOutStart(field: Field, seed: number, i: number): NamedTensors {
  if (i < 2) return field.parameters;
  const random = new Random(seed).fork(`held-out start ${i}`);
  return randomWithin(field.parameters, boundOf(field.parameters, 1), random, 0.5);
}

interface Measured {
  readonly fits: Readonly<Record<Arm, Correction>>;
  readonly heldOut: readonly NamedTensors[];
  readonly owns: readonly (readonly [Arm, NamedTensors])[];
}

async function standingsOf(
  { field, correction, states }: Ground,
  { steps, heldOut: count }: AdversarialExperimentSpec,
  seed: number,
  { fits, heldOut, owns }: Measured,
  context: RunContext,
): Promise<Standing[]> {
  const place = { span: SPAN, steps, referenceSteps: REFERENCE_STEPS };
  const samples = await states.heldOut(count, new Random(seed));
  const measure = await compileAdversarialMeasure(field, correction, place, samples, machineOf(context));
  const on = (parameters: NamedTensors, arm: Arm): Promise<AdversarialNumbers | Broken> =>
    unlessItBreaks(measure.of(parameters, fits[arm].parameters));
  try {
    const given = await measure.of(field.parameters, correction.parameters);
    const standings: Standing[] = [];
    for (const arm of arms) {
      standings.push({ arm, kind: "the given field", numbers: await on(field.parameters, arm) });
      for (const parameters of heldOut) {
        const numbers = await on(parameters, arm);
        const isStiff = isBroken(numbers) || numbers.nfe >= STIFF * given.nfe;
        standings.push({ arm, kind: isStiff ? "held out, stiff" : "held out, others", numbers });
      }
    }
    for (const [arm, parameters] of owns)
      standings.push({ arm, kind: "its own attack", numbers: await on(parameters, arm) });
    return standings;
  } finally {
    await measure.dispose();
  }
}

/** A held-out field counts as stiff where dopri5 makes so many times the evaluations that it makes of the given one. */
const STIFF = 2;

const courseOf = (label: string, { before, curve }: AdversarialFit): Course => ({
  label,
  points: [
    { round: 0, numbers: before },
    ...curve.flatMap(({ round, measured }) => (measured === undefined ? [] : [{ round, numbers: measured }])),
  ],
});

const mapValues = (
  tensors: NamedTensors,
  change: (value: NamedTensors[string]) => NamedTensors[string],
): NamedTensors => Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, change(value)]));
