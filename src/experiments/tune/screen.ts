import { stateErrors } from "../../hypersolver/index.js";
import { mapSamples, subjectOf } from "../../hypersolver/internal.js";
import { compileSolve, type FixedMethod, orThrow } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { isBroken, rows, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import type { TuneGround } from "./ground.js";

/** A classical method in any number of steps. */
export interface Entrant {
  /** Fewest steps in which a multistep method is itself, not only its starter. */
  readonly fewest: number;
  nfe(steps: number): number;
  inSteps(steps: number): FixedMethod;
}

/** A method with its error on a few states. */
export interface Screened {
  readonly entrant: Entrant;
  /** In so many steps. */
  readonly steps: number;
  /** Mean error over these states, relative where the goal is; infinite where it broke; undefined where it was not measured. */
  readonly error: number | undefined;
}

/** Evaluations that each method gets, unless its fewest steps take more. */
const EVALUATIONS = 8;
/** States that methods are screened on. */
const SCREENED_ON = { vectors: 256, images: 8 };

/**
 * Measures all methods at about equal cost on a few states, and orders them by their error.
 * @param isLate whether to leave the rest unmeasured.
 */
export async function screened(
  { field, span, spec, selection }: TuneGround,
  entrants: readonly Entrant[],
  isLate: () => boolean,
  context: RunContext,
): Promise<Screened[]> {
  const count = Math.min(SCREENED_ON[subjectOf(field)], selection.ends.shape[0] ?? 0);
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
