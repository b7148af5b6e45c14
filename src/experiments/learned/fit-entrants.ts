import { fieldMacs } from "../../ode/index.js";
import { hyperTitle } from "../fit/comparison.js";
import { type Competitor, stepCount } from "../kit/competitor.js";
import type { Run } from "../kit/run.js";
import { entrantStage, entrantsFor, type FittedEntrant, methodOfEntrant } from "./entrants.js";
import type { LearnedCase } from "./learned-case.js";
import { families, type LearnedExperimentSpec } from "./learned-spec.js";

/** Facts of fits, for the report. */
interface FitsFound {
  readonly fits: readonly Omit<FittedEntrant, "content">[];
}

/** One fit after another, each told and written as soon as it is there. */
export async function fitEntrants(
  site: LearnedCase,
  spec: LearnedExperimentSpec,
  run: Pick<Run<FitsFound>, "stage" | "note" | "file">,
  seed: number,
): Promise<FittedEntrant[]> {
  const fits: FittedEntrant[] = [];
  const numbers = [...new Set([...spec.evaluations, ...spec.coefficientsOnly])].sort((a, b) => a - b);
  for (const evaluations of numbers) {
    // A student has the arithmetic of what was learned last before it.
    let macs = evaluations * fieldMacs(site.field);
    for (const entrant of entrantsFor(site, evaluations, spec, seed)) {
      const fitted = await run.stage(entrantStage(site, entrant, entrant.learner(macs)));
      macs = macsOfEntrant(site, fitted);
      fits.push(fitted);
      run.note({ fits: fits.map(({ content: _, ...facts }) => facts) });
      await run.file(fitted.path, fitted.content);
    }
  }
  return fits;
}

/** Multiply–accumulates of a whole solve. */
export const macsOfEntrant = ({ field }: LearnedCase, fitted: FittedEntrant): number => {
  const method = methodOfEntrant(fitted);
  return method.scheme(field).cost(stepCount(method)).macs;
};

/** A fit, to be measured beside other methods. */
export const entrantCompetitor = ({ base }: LearnedCase, fit: FittedEntrant): Competitor => ({
  method: methodOfEntrant(fit),
  title: fit.family === "correction" ? hyperTitle(base.name) : families[fit.family],
  role: "hypersolver",
});
