import { stateErrors } from "../../hypersolver/index.js";
import { mapSamples, subjectOf } from "../../hypersolver/internal.js";
import { compileSolve, type FixedMethod, orThrow } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { isBroken, rows, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import type { TuneGround } from "./ground.js";

/** A classical method in any number of steps. */
export interface Entrant {
  /** Steps in which it is no other method. */
  readonly fewest: number;
  nfe(steps: number): number;
  inSteps(steps: number): FixedMethod;
}

/** How a method does at first sight. */
export interface Screened {
  readonly entrant: Entrant;
  /** In so many steps. */
  readonly steps: number;
  /** Mean error over a few states, relative where the goal is; infinite where it broke; undefined where nobody looked. */
  readonly error: number | undefined;
}

/** Evaluations that all get, or the fewest that make a method. */
const EVALUATIONS = 8;
/** States that are looked at. */
const LOOKED_AT = { vectors: 256, images: 8 };

/**
 * All methods at about equal cost on a few states, the closest first: what costs little to know is known before any search.
 * @param isLate whether no further one is to be looked at.
 */
export async function screened(
  { field, span, spec, selection }: TuneGround,
  entrants: readonly Entrant[],
  isLate: () => boolean,
  context: RunContext,
): Promise<Screened[]> {
  const count = Math.min(LOOKED_AT[subjectOf(field)], selection.ends.shape[0] ?? 0);
  const few = (value: Tensor): Tensor => rows(value, 0, count);
  const { z0, controls } = mapSamples(selection.samples, few);
  const ends = few(selection.ends);
  const unit = spec.relative ? selection.norm : 1;
  const endBy = async (method: FixedMethod): Promise<Tensor | undefined> => {
    const solve = await compileSolve(field, { ...machineOf(context), method, span });
    const solution = await unlessItBreaks(solve.run(z0, controls).then(orThrow));
    await solve.dispose();
    return isBroken(solution) ? undefined : solution.states.at(-1);
  };
  const found: Screened[] = [];
  for (const entrant of entrants) {
    if (isLate()) {
      found.push({ entrant, steps: entrant.fewest, error: undefined });
      continue;
    }
    let steps = entrant.fewest;
    while (entrant.nfe(steps + 1) <= EVALUATIONS) steps++;
    const end = await endBy(entrant.inSteps(steps));
    const error = end === undefined ? Number.NaN : stateErrors(end, ends).mean / unit;
    found.push({ entrant, steps, error: Number.isFinite(error) ? error : Number.POSITIVE_INFINITY });
  }
  const rank = ({ error = Number.MAX_VALUE }: Screened): number => error;
  return found.sort((a, b) => (rank(a) < rank(b) ? -1 : Number(rank(a) > rank(b))));
}
