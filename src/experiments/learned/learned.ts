import {
  adaptive,
  dopri5,
  euler,
  fieldMacs,
  fixed,
  heun,
  midpoint,
  multistep,
  multistepMethods,
  rk4,
} from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { Random } from "../../tensor/index.js";
import { compareMethods } from "../fit/comparison.js";
import { hasErrors, paretoFigure } from "../fit/pareto-figure.js";
import { jsonCodec } from "../kit/codec.js";
import type { Competitor } from "../kit/competitor.js";
import { digest } from "../kit/digest.js";
import { exactCompetitors } from "../kit/exact-competitors.js";
import { defineExperiment, type Experiment, type ExperimentRequest } from "../kit/experiment.js";
import type { Preset } from "../kit/preset-names.js";
import type { Run } from "../kit/run.js";
import { classifierCase } from "./classifier-cases.js";
import type { FittedEntrant } from "./entrants.js";
import { entrantCompetitor, fitEntrants, macsOfEntrant } from "./fit-entrants.js";
import { flowCase, flowCases } from "./flow-cases.js";
import type { LearnedCase } from "./learned-case.js";
import { type LearnedMetrics, type LearnedRow, learnedReport, learnedRows } from "./learned-report.js";
import {
  classifierPresets,
  type LearnedExperimentSpec,
  learnedPresets,
  learnedTable,
} from "./learned-spec.js";

/** What solvers are learned for, and where it comes from. */
interface LearnedExperiment
  extends Pick<Experiment, "name" | "title" | "densities" | "dataset" | "parallel"> {
  readonly presets: Readonly<Record<Preset, LearnedExperimentSpec>>;
  caseOf(request: ExperimentRequest<LearnedExperimentSpec>, context: RunContext): Promise<LearnedCase>;
}

/** Everything that can be learned of a solver, beside every classical method and a student. */
function learnedExperiment({ caseOf, ...facts }: LearnedExperiment): Experiment<LearnedExperimentSpec> {
  return defineExperiment<LearnedExperimentSpec, LearnedMetrics>({
    ...facts,
    table: learnedTable,
    run: async (spec, run, request) => {
      const site = await caseOf(request, run.context);
      run.picture(() => {
        const { comparison = [] } = run.found;
        return hasErrors(comparison) ? [paretoFigure(comparison, site.measure)] : [];
      });
      run.note({ measure: site.measure });
      try {
        await study(site, spec, run, request);
      } finally {
        await site.dispose();
      }
    },
    rows: learnedRows,
    report: (metrics, figures) => learnedReport(facts.title, metrics, figures),
  });
}

/** For the authors' flow or one of ours. */
export const learned: Experiment<LearnedExperimentSpec> = /* @__PURE__ */ learnedExperiment({
  name: "learned",
  title: "Learned solvers for a flow",
  densities: flowCases,
  presets: learnedPresets,
  caseOf: ({ density = flowCases[0] }) => flowCase(density),
});

/** For the MNIST classifier of the paper's authors. */
export const mnistSolvers: Experiment<LearnedExperimentSpec> = /* @__PURE__ */ learnedExperiment({
  name: "mnist-solvers",
  title: "Learned solvers for the authors' Neural ODE classifier of MNIST's digits",
  dataset: "mnist",
  presets: classifierPresets,
  caseOf: ({ images }, context) => classifierCase("mnist-authors", images, context),
});

/** For the classifier of photographs that comes with the package. */
export const cifar10Solvers: Experiment<LearnedExperimentSpec> = /* @__PURE__ */ learnedExperiment({
  name: "cifar10-solvers",
  title: "Learned solvers for a Neural ODE classifier of CIFAR-10's photographs",
  dataset: "cifar10",
  presets: classifierPresets,
  caseOf: ({ images }, context) => classifierCase("cifar10", images, context),
});

/** Learns, then measures. */
async function study(
  site: LearnedCase,
  spec: LearnedExperimentSpec,
  run: Run<LearnedMetrics>,
  { seed, density, images }: ExperimentRequest<LearnedExperimentSpec>,
): Promise<void> {
  const { field, span, rivals, repetitions } = site;
  const fits = await fitEntrants(site, spec, run, seed);
  const methods = [
    ...classical(spec, site, fits),
    ...rivals,
    ...fits.map((fit) => entrantCompetitor(site, fit)),
  ];
  const comparison = await run.stage({
    name: "comparison",
    settings: { spec, seed, density, data: images?.description },
    inputs: fits.map(({ content }) => digest(content)),
    codec: jsonCodec<readonly LearnedRow[]>(),
    make: async (context) => {
      const samples = await site.states.heldOut(spec.heldOut, new Random(seed));
      const rows = await compareMethods({ field, methods, span, samples, repetitions }, context);
      return rows.map((row, i) => {
        const { family, evaluations } = fits[i - (methods.length - fits.length)] ?? {};
        return { ...row, family, evaluations };
      });
    },
  });
  run.note({ comparison });
}

/** Of dopri5: from so loose that it takes its fewest evaluations. */
const TOLERANCES = [1e-1, 1e-2, 1e-3];

/** Every classical method of as many evaluations as are affordable to anything that was learned, and step control. */
function classical(
  { evaluations, coefficientsOnly }: LearnedExperimentSpec,
  site: LearnedCase,
  fits: readonly FittedEntrant[],
): Competitor[] {
  const { field } = site;
  const affordable = fits.map((fit) => Math.floor(macsOfEntrant(site, fit) / fieldMacs(field)));
  const most = Math.max(...evaluations, ...coefficientsOnly, ...affordable);
  const ones = [
    ...[euler, midpoint, heun, rk4].map((tableau) => fixed(tableau, { steps: 1 })),
    ...Object.values(multistepMethods).map((method) => multistep(method, { steps: 1 })),
  ];
  const stepped = exactCompetitors(
    field,
    ones,
    Array.from({ length: most }, (_, i) => i + 1),
  );
  const controlled = TOLERANCES.map(
    (tolerance): Competitor => ({
      method: adaptive(dopri5, { rtol: tolerance, atol: tolerance }),
      role: "reference",
    }),
  );
  return [...stepped, ...controlled];
}
