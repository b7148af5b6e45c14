import { subjectOf } from "../../hypersolver/internal.js";
import { sizeOf } from "../../tensor/index.js";
import type { Arm } from "./arms.js";
import { type CostModel, correctionCost, costModel } from "./cost-model.js";
import type { Search } from "./search.js";
import type { Trial, TrialRecord } from "./trial.js";

/** How far an arm is. */
export interface ArmState {
  readonly arm: Arm;
  /** What its fits came to, one a rung. */
  readonly trials: Trial[];
  isOver: boolean;
}

/** The next fit of an arm, and what it promises a second. */
export interface Prospect {
  readonly state: ArmState;
  readonly score: number;
}

/** What learning leaves of the classical error at as many evaluations, before anything of the family was fitted. */
const coefficientShare = (nfe: number): number => 0.8 / Math.sqrt(nfe);
/** Networks know little from one evaluation, and the less the more columns a vector has; convolutions see all of an image. */
const networkShare = (nfe: number, state: readonly number[]): number => {
  const share = state.length > 1 ? IMAGE_SHARE : 0.05 * Math.sqrt(sizeOf(state) / 2);
  return Math.min(coefficientShare(nfe), (nfe === 1 ? 4 : 1) * share);
};
const IMAGE_SHARE = 0.2;
/** What four times as many iterations leave of an error. */
const RUNG_SHARE: Readonly<Record<string, number>> = {
  coefficients: 0.75,
  both: 0.5,
  correction: 0.55,
  student: 0.6,
};
/** A student is no answer, and waits for what may be one. */
const STUDENT_WEIGHT = 0.5;
/** How sharply a forecast decides: before the first fit of an arm, and after. */
const SHARPNESS = { guess: 1.5, seen: 4 };
/** Less of a chance, or of time to be gained, is not worth a fit. */
const LEAST = { chance: 0.03, gain: 0.05 };
/** Of a fit before there was any: gradients cost so many times the evaluations. */
const GRADIENT_COST = 4;
const ITERATION_MS = 0.5;
const SETUP_SECONDS = 1;

/** The fits that promise most a second, at most so many of them, the best first; none where nothing promises anything. */
export function bestProspects(search: Search, states: readonly ArmState[], most: number): Prospect[] {
  const records = search.trials.map(({ record }) => record);
  const outlook: Outlook = { search, records, model: costModel(records), states };
  const prospects = states.flatMap((state) => {
    const score = state.isOver ? 0 : scoreOf(state, outlook);
    return score > 0 ? [{ state, score }] : [];
  });
  return prospects.sort((a, b) => b.score - a.score).slice(0, most);
}

interface Outlook {
  readonly search: Search;
  readonly records: readonly TrialRecord[];
  readonly model: CostModel;
  readonly states: readonly ArmState[];
}

function scoreOf({ arm, trials }: ArmState, outlook: Outlook): number {
  const { search } = outlook;
  const { error: goal, milliseconds: limit = Number.POSITIVE_INFINITY } = search.ground.spec;
  const own = predictedMilliseconds(arm, outlook);
  const rival = search.best()?.record.milliseconds ?? 100 * own;
  const gain = Math.log(rival / own);
  if (gain < LEAST.gain || own > limit) return 0;
  const seen = trials.at(-1)?.record.error.high;
  let forecast = seen ?? guessedError(arm, outlook);
  let seconds = 0;
  let best = 0;
  for (const [rung, iterations] of arm.rungs.entries()) {
    if (rung < trials.length) continue;
    if (rung > 0) forecast *= RUNG_SHARE[arm.family] ?? 1;
    const chance = 1 / (1 + (forecast / goal) ** (seen === undefined ? SHARPNESS.guess : SHARPNESS.seen));
    seconds += predictedSeconds(arm, iterations, outlook);
    const inTime = Math.min(1, search.left() / seconds) ** 2;
    if (chance >= LEAST.chance) best = Math.max(best, (chance * gain * inTime) / seconds);
  }
  return arm.family === "student" ? STUDENT_WEIGHT * best : best;
}

/** By what evaluations of f and corrections of this size have taken. */
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

/** From the classical methods of as many evaluations, and from how far such guesses were off before. */
function guessedError(arm: Arm, { records, states, search }: Outlook): number {
  const state = search.ground.selection.samples.z0.shape.slice(1);
  const prior = priorError(arm, records, state);
  const off = states
    .filter(({ arm: { family }, trials }) => family === arm.family && trials.length > 0)
    .map(({ arm: other, trials }) =>
      Math.log((trials[0]?.record.error.high ?? 1) / priorError(other, records, state)),
    );
  if (off.length === 0) return prior;
  return prior * Math.exp(off.reduce((sum, each) => sum + each, 0) / off.length);
}

function priorError(
  { family, nfe: own, worth }: Pick<Arm, "family" | "nfe" | "worth">,
  records: readonly TrialRecord[],
  state: readonly number[],
): number {
  const nfe = worth ?? own;
  const classical = records.filter((record) => record.family === "classical");
  const below = classical.filter((record) => record.nfe <= nfe);
  const share = family === "coefficients" ? coefficientShare(nfe) : networkShare(nfe, state);
  if (below.length > 0) return share * Math.min(...below.map(({ error }) => error.value));
  const [first] = [...classical].sort((a, b) => a.nfe - b.nfe);
  return first === undefined ? Number.POSITIVE_INFINITY : share * first.error.value * (first.nfe / nfe);
}

/** Of a fit, by how long those before it took. */
function predictedSeconds(arm: Arm, iterations: number, { states, model, search }: Outlook): number {
  const fits = states.flatMap(({ arm: other, trials }) =>
    trials.flatMap(({ record: { fit, seconds } }) => {
      if (fit === undefined || fit.iterations === 0) return [];
      const each = fit.seconds.fit / fit.iterations / evaluationsOf(other);
      return [{ family: other.family, each, setup: Math.max(0, seconds - fit.seconds.fit) }];
    }),
  );
  const own = fits.filter(({ family }) => family === arm.family);
  const known = own.length > 0 ? own : fits;
  const rows = search.ground.spec.batch;
  const batch = FIT_ROWS[subjectOf(search.ground.field)];
  const guess = (ITERATION_MS + (GRADIENT_COST * model.evaluation * batch) / rows) / 1000;
  const each = known.length === 0 ? guess : median(known.map((fit) => fit.each));
  const setup = known.length === 0 ? SETUP_SECONDS : median(known.map((fit) => fit.setup));
  return setup + each * iterations * evaluationsOf(arm);
}

const evaluationsOf = ({ nfe, gCalls, worth }: Arm): number => worth ?? nfe + gCalls;

/** Rows of a mini-batch, about. */
const FIT_ROWS = { vectors: 256, images: 4 };
