import {
  adaptive,
  dopri5,
  euler,
  type Field,
  fixed,
  heun,
  midpoint,
  multistep,
  multistepMethods,
  rk4,
} from "../../ode/index.js";
import { Random } from "../../tensor/index.js";
import { compareMethods } from "../fit/comparison.js";
import { hasErrors, paretoFigure } from "../fit/pareto-figure.js";
import { jsonCodec } from "../kit/codec.js";
import type { Competitor } from "../kit/competitor.js";
import { digest } from "../kit/digest.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import type { Run } from "../kit/run.js";
import {
  coefficientEntrants,
  type Entrant,
  entrantStage,
  type FittedEntrant,
  families,
  methodOfEntrant,
  networkEntrants,
} from "./entrants.js";
import { type FlowCase, flowCase, flowCases } from "./flow-cases.js";
import { type LearnedMetrics, type LearnedRow, learnedReport, learnedRows } from "./learned-report.js";
import { type LearnedExperimentSpec, learnedPresets, learnedTable } from "./learned-spec.js";

/** Everything that can be learned of a solver, for the authors' flow or one of ours, beside every classical method and a student. */
export const learned: Experiment<LearnedExperimentSpec> = /* @__PURE__ */ defineExperiment<
  LearnedExperimentSpec,
  LearnedMetrics
>({
  name: "learned",
  title: "Learned solvers for a flow",
  densities: flowCases,
  presets: learnedPresets,
  table: learnedTable,
  run: async (spec, run, { seed, density = flowCases[0] }) => {
    const site = await flowCase(density);
    const { field, span } = site;
    run.picture(() => {
      const { comparison = [] } = run.found;
      return hasErrors(comparison) ? [paretoFigure(comparison)] : [];
    });
    const fits = await fitAll(site, spec, run, seed);
    const methods = [...classical(spec, field), ...fits.map(competitor)];
    const comparison = await run.stage({
      name: "comparison",
      settings: { spec, seed, density },
      inputs: fits.map(({ content }) => digest(content)),
      codec: jsonCodec<readonly LearnedRow[]>(),
      make: async (context) => {
        const samples = await site.states.heldOut(spec.heldOut, new Random(seed));
        const rows = await compareMethods({ field, methods, span, samples }, context);
        return rows.map((row, i) => {
          const { family, evaluations } = fits[i - (methods.length - fits.length)] ?? {};
          return { ...row, family, evaluations };
        });
      },
    });
    run.note({ comparison });
  },
  rows: learnedRows,
  report: (metrics, figures) => learnedReport(learned.title, metrics, figures),
});

/** One fit after another, each told and written as soon as it is there. */
async function fitAll(
  site: FlowCase,
  spec: LearnedExperimentSpec,
  run: Run<LearnedMetrics>,
  seed: number,
): Promise<FittedEntrant[]> {
  const fits: FittedEntrant[] = [];
  const made = async (entrant: Entrant): Promise<FittedEntrant> => {
    const fitted = await run.stage(entrantStage(site, entrant));
    fits.push(fitted);
    run.note({ fits: fits.map(({ content: _, ...facts }) => facts) });
    await run.file(fitted.path, fitted.content);
    return fitted;
  };
  const numbers = [...new Set([...spec.evaluations, ...spec.coefficientsOnly])].sort((a, b) => a - b);
  for (const evaluations of numbers) {
    for (const entrant of coefficientEntrants(site, evaluations, spec, seed)) await made(entrant);
    if (!spec.evaluations.includes(evaluations)) continue;
    const { correction, both, studentOf } = networkEntrants(site, evaluations, spec, seed);
    if (correction !== undefined) await made(correction);
    await made(
      studentOf(
        methodOfEntrant(await made(both))
          .scheme(site.field)
          .cost(1).macs,
      ),
    );
  }
  return fits;
}

function competitor(fit: FittedEntrant): Competitor {
  return { method: methodOfEntrant(fit), title: families[fit.family], role: "hypersolver" };
}

/** Of dopri5: from so loose that it takes its fewest evaluations. */
const TOLERANCES = [1e-1, 1e-2, 1e-3];

/** Every classical method that makes exactly so many evaluations, and step control. */
function classical({ evaluations, coefficientsOnly }: LearnedExperimentSpec, field: Field): Competitor[] {
  const budgets = [...new Set([...evaluations, ...coefficientsOnly])];
  const ones = [
    ...[euler, midpoint, heun, rk4].map((tableau) => fixed(tableau, { steps: 1 })),
    ...Object.values(multistepMethods).map((method) => multistep(method, { steps: 1 })),
  ];
  const stepped = ones.flatMap((one) => {
    const scheme = one.scheme(field);
    const within = (nfe: number): number[] =>
      Array.from({ length: nfe }, (_, i) => i + 1).filter((steps) => scheme.cost(steps).nfe === nfe);
    return budgets
      .flatMap(within)
      .map((steps): Competitor => ({ method: one.withGrid({ steps }), role: "other" }));
  });
  const controlled = TOLERANCES.map(
    (tolerance): Competitor => ({
      method: adaptive(dopri5, { rtol: tolerance, atol: tolerance }),
      role: "reference",
    }),
  );
  return [...stepped, ...controlled];
}
