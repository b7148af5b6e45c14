import {
  exponentialMethods,
  type Field,
  type FixedMethod,
  fixed,
  multistep,
  multistepMethods,
  tableauNamed,
} from "../../ode/index.js";
import { type Entrant, type Screened, screened } from "./screen.js";
import { isTooSlow, leanest, type Search } from "./search.js";
import type { Candidate } from "./trial.js";

const TABLEAUS = ["midpoint", "rk4", "heun", "ralston", "heun3", "rk4_38", "euler"];

/** Share of the time that screening all methods may take. */
const SCREENING = 0.2;
/** Seconds: with less there is no screening, which would take them all. */
const HURRY = 0.5;
/** A fixed-step method with more evaluations is not tried. */
const MOST_EVALUATIONS = 1024;
/** Where more steps reduce the error by less than this factor, it is rounding. */
const PROGRESS = 1.1;

function entrants({ path }: Field): Entrant[] {
  const ofTableaus = TABLEAUS.map((name): Entrant => {
    const tableau = tableauNamed(name);
    const { nfe } = fixed(tableau, { steps: 1 }).linear;
    return { fewest: 1, nfe, inSteps: (steps) => fixed(tableau, { steps }) };
  });
  const own = path === undefined ? [] : Object.values(exponentialMethods).reverse();
  const ofMultisteps = [...own, ...Object.values(multistepMethods)].map((method): Entrant => {
    const { nfe, memory } = method;
    return { fewest: memory + 1, nfe, inSteps: (steps) => multistep(method, { steps }) };
  });
  return [...ofTableaus.slice(0, 2), ...ofMultisteps, ...ofTableaus.slice(2)];
}

/**
 * The fewest steps of every classical method that keep to the goal, as long as they may be faster than the others: first of
 * the one that screening found closest, of each other only with fewer evaluations than the best so far.
 * @param seconds after which no further method is begun.
 */
export async function searchClassical(search: Search, seconds: number): Promise<void> {
  const until = search.left() - seconds;
  const all = entrants(search.ground.field);
  const isLate = (): boolean => seconds < HURRY || search.left() < until + (1 - SCREENING) * seconds;
  const order = await screened(search.ground, all, isLate, search.context);
  for (const each of order) if (search.left() > until) await fewestSteps(search, each);
}

async function fewestSteps(search: Search, seen: Screened): Promise<void> {
  const { entrant } = seen;
  const bound = leanest(search)?.record.nfe;
  let most = 0;
  while (entrant.nfe(most + 1) < (bound ?? MOST_EVALUATIONS + 1)) most++;
  if (most < entrant.fewest) return;
  const { low, high } = await (bound === undefined
    ? bracket(search, seen, most)
    : atMost(search, entrant, most));
  if (high === undefined) return;
  await bisect(search, entrant, low, high);
}

/** The most steps known to miss the goal, and the fewest known to keep to it. */
interface Bracket {
  readonly low: number;
  readonly high: number | undefined;
}

/** Against a rival one trial is enough: in as many steps as are still cheaper. */
async function atMost(search: Search, entrant: Entrant, most: number): Promise<Bracket> {
  const trial = await search.try(classical(entrant.inSteps(most)));
  const isEnough = trial !== undefined && search.meets(trial.record);
  return { low: entrant.fewest - 1, high: isEnough ? most : undefined };
}

/** From the screened steps on to more, as many as the order of convergence predicts. */
async function bracket(search: Search, { entrant, ...seen }: Screened, most: number): Promise<Bracket> {
  const { error: goal } = search.ground.spec;
  const predictedFrom = (steps: number, error: number | undefined): number =>
    error === undefined || !Number.isFinite(error)
      ? 2 * steps
      : steps * (error / goal) ** (1 / entrant.inSteps(steps).order);
  // Where few steps are far from the asymptotic regime, the order predicts too few.
  const noMoreThanFour = (steps: number, predicted: number): number =>
    Math.min(most, 4 * steps, Math.ceil(predicted));
  let low = entrant.fewest - 1;
  const first = seen.error === undefined ? seen.steps : predictedFrom(seen.steps, seen.error);
  let steps = Math.max(entrant.fewest, noMoreThanFour(seen.steps, first));
  let before: number | undefined;
  for (;;) {
    const method = entrant.inSteps(steps);
    const trial = await search.try(classical(method));
    if (trial !== undefined && search.meets(trial.record)) return { low, high: steps };
    if (search.left() <= 0 || steps >= most || isTooSlow(search, trial)) return { low, high: undefined };
    const error = trial?.record.error.high;
    const isStuck = before !== undefined && error !== undefined && error * PROGRESS > before && steps >= 16;
    const predicted = predictedFrom(steps, error);
    const isHopeless = steps >= 16 && entrant.nfe(Math.min(predicted, MOST_EVALUATIONS)) >= MOST_EVALUATIONS;
    if (isStuck || isHopeless) return { low, high: undefined };
    before = error;
    low = steps;
    steps = Math.min(most, Math.max(steps + 1, noMoreThanFour(steps, predicted)));
  }
}

async function bisect(search: Search, entrant: Entrant, fails: number, meets: number): Promise<void> {
  let [low, high] = [fails, meets];
  while (high - low > 1 && search.left() > 0) {
    const middle = Math.floor((low + high) / 2);
    const trial = await search.try(classical(entrant.inSteps(middle)));
    if (trial !== undefined && search.meets(trial.record)) high = middle;
    else low = middle;
  }
}

const classical = (method: FixedMethod): Candidate => ({
  name: method.text,
  family: "classical",
  settings: method.text,
  make: async () => ({ method }),
  load: () => method,
});
