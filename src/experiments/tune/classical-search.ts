import {
  exponentialMethods,
  type Field,
  type FixedMethod,
  fixed,
  multistep,
  multistepMethods,
  tableauNamed,
} from "../../ode/index.js";
import { IMPLICIT_LIMIT, resolveMethod, stateType } from "../../ode/internal.js";
import { sizeOf } from "../../tensor/index.js";
import { type Entrant, type Screened, screened } from "./screen.js";
import { leanest, type Search } from "./search.js";
import { type Candidate, isStiff, type Trial } from "./trial.js";

const TABLEAUS = ["midpoint", "rk4", "heun", "ralston", "heun3", "rk4_38", "euler"];
const PAIRS = ["dopri5", "tsit5", "bosh3", "adaptive_heun"];

/** Of the time, what a first sight of all methods may take. */
const SCREENING = 0.2;
/** Seconds in which it would be all that is done. */
const HURRY = 0.5;
/** Beyond so many evaluations a fixed-step method is no answer. */
const MOST_EVALUATIONS = 1024;
/** More steps that bring less than this factor meet rounding. */
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
 * the one that is closest at first sight, of each other only below the evaluations of the best before.
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

/** Steps that do not do, and the fewest known ones that do. */
interface Bracket {
  readonly low: number;
  readonly high: number | undefined;
}

/** Against a rival one trial tells: in as many steps as are still cheaper. */
async function atMost(search: Search, entrant: Entrant, most: number): Promise<Bracket> {
  const trial = await search.try(classical(entrant.inSteps(most)));
  const does = trial !== undefined && search.meets(trial.record);
  return { low: entrant.fewest - 1, high: does ? most : undefined };
}

/** From what was seen of the method to more steps, as far as its order foretells. */
async function bracket(search: Search, { entrant, ...seen }: Screened, most: number): Promise<Bracket> {
  const { error: goal } = search.ground.spec;
  const foretellsFrom = (steps: number, error: number | undefined): number =>
    error === undefined || !Number.isFinite(error)
      ? 2 * steps
      : steps * (error / goal) ** (1 / entrant.inSteps(steps).order);
  // Where few steps are far from the asymptotic regime, the order foretells too little.
  const noMoreThanFour = (steps: number, foretold: number): number =>
    Math.min(most, 4 * steps, Math.ceil(foretold));
  let low = entrant.fewest - 1;
  const first = seen.error === undefined ? seen.steps : foretellsFrom(seen.steps, seen.error);
  let steps = Math.max(entrant.fewest, noMoreThanFour(seen.steps, first));
  let before: number | undefined;
  for (;;) {
    const method = entrant.inSteps(steps);
    const trial = await search.try(classical(method));
    if (trial !== undefined && search.meets(trial.record)) return { low, high: steps };
    if (search.left() <= 0 || steps >= most || isTooSlow(search, trial)) return { low, high: undefined };
    const error = trial?.record.error.high;
    const isStuck = before !== undefined && error !== undefined && error * PROGRESS > before && steps >= 16;
    const foretold = foretellsFrom(steps, error);
    const isHopeless = steps >= 16 && entrant.nfe(Math.min(foretold, MOST_EVALUATIONS)) >= MOST_EVALUATIONS;
    if (isStuck || isHopeless) return { low, high: undefined };
    before = error;
    low = steps;
    steps = Math.min(most, Math.max(steps + 1, noMoreThanFour(steps, foretold)));
  }
}

async function bisect(search: Search, entrant: Entrant, fails: number, does: number): Promise<void> {
  let [low, high] = [fails, does];
  while (high - low > 1 && search.left() > 0) {
    const middle = Math.floor((low + high) / 2);
    const trial = await search.try(classical(entrant.inSteps(middle)));
    if (trial !== undefined && search.meets(trial.record)) high = middle;
    else low = middle;
  }
}

/** A time limit that so many steps already exceed is exceeded by more. */
const isTooSlow = ({ ground: { spec } }: Search, trial: Trial | undefined): boolean =>
  trial !== undefined && trial.record.milliseconds > (spec.milliseconds ?? Number.POSITIVE_INFINITY);

const classical = (method: FixedMethod): Candidate => ({
  name: method.text,
  family: "classical",
  settings: method.text,
  make: async () => ({ method }),
  load: () => method,
});

/** Half a decade. */
const NOTCH = Math.sqrt(10);
const TOLERANCES = { loosest: 1, tightest: 1e-12, tightestInFloat32: 1e-7 };

/** The loosest tolerance of every pair that keeps to the goal. @param seconds after which no further pair is begun. */
export async function searchAdaptive(search: Search, seconds: number): Promise<void> {
  const until = search.left() - seconds;
  let isImplicit = false;
  for (const name of PAIRS) {
    const isFar = search.left() > until && (await loosestTolerance(search, name)) === "too slow";
    // The first pair that meets stiffness tells for all.
    if (!isImplicit && wantsImplicit(search)) {
      isImplicit = true;
      await loosestTolerance(search, "rodas4");
    }
    // So does one that is far slower than the best: others do not differ by as much.
    if (isFar) return;
  }
}

/** Where explicit pairs met a stiff field, or did not come through, and its states are small enough for linear systems. */
function wantsImplicit({ trials, broken, ground: { field } }: Search): boolean {
  const met = isStiff(trials.map(({ record }) => record));
  const lost = broken.some((trial) => trial.family === "adaptive" && trial.broken !== "NON_FINITE");
  return (met || lost) && sizeOf(stateType(field).shape.slice(1).map(Number)) <= IMPLICIT_LIMIT;
}

async function loosestTolerance(search: Search, name: string): Promise<"too slow" | "found or not"> {
  const { spec, selection } = search.ground;
  const start = spec.relative ? spec.error * selection.norm : spec.error;
  const { loosest, tightest, tightestInFloat32 } = TOLERANCES;
  const floor = selection.samples.z0.dtype === "float64" ? tightest : tightestInFloat32;
  let tolerance = notched(Math.min(loosest, Math.max(floor, start)));
  const tried = async (): Promise<boolean | undefined> => {
    const trial = await search.try(controlled(name, tolerance));
    const limit = 3 * (search.best()?.record.milliseconds ?? Number.POSITIVE_INFINITY);
    if (trial === undefined || isTooSlow(search, trial) || trial.record.milliseconds > limit)
      return undefined;
    return search.meets(trial.record);
  };
  const first = await tried();
  if (first === undefined) return "too slow";
  const factor = first ? NOTCH : 1 / NOTCH;
  for (;;) {
    tolerance = notched(tolerance * factor);
    if (tolerance > loosest || tolerance < floor * 0.9) return "found or not";
    // Looser until one fails, or tighter until one does.
    if ((await tried()) !== first) return "found or not";
  }
}

/** Half decades, in few digits. */
const notched = (tolerance: number): number =>
  Number((10 ** (Math.round(2 * Math.log10(tolerance)) / 2)).toPrecision(1));

function controlled(name: string, tolerance: number): Candidate {
  const method = resolveMethod(name, { rtol: tolerance, atol: tolerance });
  return {
    name: method.text,
    family: "adaptive",
    settings: method.text,
    make: async () => ({ method }),
    load: () => method,
  };
}
