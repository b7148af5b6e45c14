import { subjectOf } from "../../hypersolver/internal.js";
import type { LearnedKind } from "../fit/learned-solver.js";
import type { Arm, ArmState } from "./arm.js";
import { type CostModel, correctionCost, costModel, expectedGain } from "./cost-model.js";
import { type Experience, forecastOf } from "./forecast.js";
import type { Search } from "./search.js";

/** The next fit of an arm, and what it promises per second. */
export interface Prospect {
  readonly state: ArmState;
  readonly rung: number;
  readonly score: number;
}

/** The factor by which each longer rung reduces the error; the first of coefficients is that of training what was computed. */
const RUNG_SHARES: Readonly<Record<"vectors" | "images", Readonly<Record<LearnedKind, readonly number[]>>>> =
  {
    vectors: { coefficients: [0.5, 0.7, 0.9], both: [0.3, 0.5], correction: [0.5, 0.5], student: [0.5] },
    images: { coefficients: [0.6, 0.9], both: [0.7, 0.75], correction: [0.55, 0.55], student: [0.6] },
  };
/** A student is never the answer, so what may be comes first. */
const STUDENT_WEIGHT = 0.25;
/** Sharpness (see `Forecast`) of a prediction from a shorter fit of the same arm. */
const SEEN = 5;
/** A smaller chance or gain is not worth a fit. */
const LEAST = { chance: 0.03, gain: 0.02 };
/** Guesses before any fit: a gradient costs so many evaluations. */
const GRADIENT_COST = 4;
const ITERATION_MS = 0.5;
const SETUP_SECONDS = 1;

/** The fits that promise most per second, the best first, at most `most` of them; none where nothing promises a gain. */
export function bestProspects(search: Search, states: readonly ArmState[], most: number): Prospect[] {
  const records = search.trials.map(({ record }) => record);
  const state = search.ground.selection.samples.z0.shape.slice(1);
  const outlook: Outlook = { search, records, model: costModel(records), states, state };
  const prospects = states.flatMap((state) => prospectOf(state, outlook) ?? []);
  return prospects.sort((a, b) => b.score - a.score).slice(0, most);
}

interface Outlook extends Experience {
  readonly search: Search;
  readonly model: CostModel;
}

function prospectOf(state: ArmState, outlook: Outlook): Prospect | undefined {
  const { arm, trials, rung: last } = state;
  if (state.isOver) return undefined;
  const { search } = outlook;
  const { error: goal, milliseconds: limit = Number.POSITIVE_INFINITY } = search.ground.spec;
  const own = predictedMilliseconds(arm, outlook);
  const rival = search.best()?.record.milliseconds ?? 100 * own;
  const gain = expectedGain(outlook.model, own, rival);
  if (gain < LEAST.gain || own > limit) return undefined;
  const seen = trials.at(-1)?.record.error.high;
  const forecast = seen === undefined ? forecastOf(arm, outlook) : { error: seen, sharpness: SEEN };
  const shares = RUNG_SHARES[subjectOf(search.ground.field)][arm.family];
  let { error } = forecast;
  let best: Prospect | undefined;
  for (let rung = last + 1; rung < arm.rungs.length; rung++) {
    if (rung > 0) error *= shares[rung - 1] ?? 1;
    const chance = 1 / (1 + (error / goal) ** forecast.sharpness);
    const long = predictedSeconds(arm, rung, outlook);
    // The shortest fit of an arm comes before any other: it tells whether that is worth its time.
    const seconds = seen === undefined && rung > 0 ? long + predictedSeconds(arm, 0, outlook) : long;
    const inTime = Math.min(1, search.left() / seconds) ** 2;
    const weight = arm.family === "student" ? STUDENT_WEIGHT : 1;
    const score = (weight * chance * gain * inTime) / seconds;
    if (chance >= LEAST.chance && score > (best?.score ?? 0))
      best = { state, rung: seen === undefined ? 0 : rung, score };
  }
  return best;
}

/** The time of a solve, by how long evaluations of f and corrections of this size have taken. */
export function predictedMilliseconds(
  arm: Pick<Arm, "nfe" | "gCalls" | "size" | "worth">,
  { records, model, states }: Pick<Outlook, "records" | "model" | "states">,
): number {
  if (arm.worth !== undefined) return model.overhead + arm.worth * model.evaluation;
  const alike = states.filter(({ arm: { size } }) => size === arm.size).flatMap(({ trials }) => trials);
  const others = alike.length > 0 ? alike.map(({ record }) => record) : records;
  const costs = others.filter(({ gCalls }) => gCalls > 0).map((record) => correctionCost(model, record));
  const correction = costs.length === 0 ? model.evaluation : median(costs);
  return model.overhead + arm.nfe * model.evaluation + arm.gCalls * correction;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** The time of a fit, by how long earlier ones took. */
function predictedSeconds(arm: Arm, rung: number, { states, model, search }: Outlook): number {
  const fits = states.flatMap(({ arm: other, trials }) =>
    trials.flatMap(({ record: { fit, seconds } }) => {
      if (fit === undefined) return [];
      const passes = fit.iterations * other.rows * callsOf(other);
      const setup = Math.max(0, seconds - fit.seconds.fit - fit.seconds.reference) / callsOf(other);
      return [{ family: other.family, setup, each: passes > 0 ? fit.seconds.fit / passes : undefined }];
    }),
  );
  const known = (of: (fit: (typeof fits)[number]) => number | undefined): number | undefined => {
    const all = fits.flatMap((fit) => {
      const value = of(fit);
      return value === undefined ? [] : [{ family: fit.family, value }];
    });
    const own = all.filter(({ family }) => family === arm.family);
    const used = own.length > 0 ? own : all;
    return used.length === 0 ? undefined : median(used.map(({ value }) => value));
  };
  const calls = callsOf(arm);
  const guess = ITERATION_MS / arm.rows + (GRADIENT_COST * model.evaluation) / search.ground.spec.batch;
  const each = known((fit) => fit.each) ?? guess / 1000;
  const setup = known((fit) => fit.setup) ?? SETUP_SECONDS / calls;
  return calls * (setup + each * (arm.rungs[rung] ?? 0) * arm.rows);
}

/** Evaluations of f and of g, which a training iteration differentiates. */
const callsOf = ({ nfe, gCalls, worth }: Arm): number => worth ?? nfe + gCalls;
