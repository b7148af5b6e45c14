import { encodeCoefficients, fitCoefficients, normalStates } from "../../hypersolver/index.js";
import { fingerprintOf } from "../../hypersolver/internal.js";
import {
  euler,
  type Field,
  type FixedMethod,
  fixed,
  heun,
  midpoint,
  multistep,
  multistepMethods,
  type NonStationaryCoefficients,
  nonStationary,
  rk4,
  type Span,
} from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import type { Complete } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { isBroken, Random } from "../../tensor/index.js";
import { libraryName } from "../../version.js";
import { ffjordField } from "../ffjord.js";
import { type ComparisonRow, compareMethods } from "../fit/comparison.js";
import { comparisonTable } from "../fit/fit-report.js";
import { hasErrors, paretoFigure } from "../fit/pareto-figure.js";
import { jsonCodec } from "../kit/codec.js";
import type { Competitor } from "../kit/competitor.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import { brokenOf, type ResultRow } from "../kit/result-row.js";

const coefficientsTable = {
  evaluations: {
    type: "list",
    of: { type: "integer", min: 1, max: most.learnedEvaluations as number },
    required: true,
    help: "numbers of evaluations that solvers are made for",
  },
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "training iterations of each",
  },
  trajectories: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "reference pairs to learn from",
  },
  heldOut: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "states to measure on",
  },
} as const;

export type CoefficientsSpec = Complete<typeof coefficientsTable>;

/** What is kept of a fit. */
interface FittedCoefficients {
  readonly evaluations: number;
  readonly consistent: boolean;
  readonly start: string;
  readonly coefficients: NonStationaryCoefficients;
  readonly status: "complete" | "interrupted";
  readonly startError: number;
  readonly bestError: number;
  readonly seconds: { readonly reference: number; readonly fit: number };
}

interface CoefficientsMetrics {
  readonly fits: readonly FittedCoefficients[];
  readonly comparison: readonly ComparisonRow[];
}

const SPAN: Span = [0, 1];
const STATES = normalStates([2]);

/** A handful of learned numbers for the authors' flow, against every classical method of as many evaluations. */
export const coefficients: Experiment<CoefficientsSpec> = /* @__PURE__ */ defineExperiment<
  CoefficientsSpec,
  CoefficientsMetrics
>({
  name: "coefficients",
  title: "Coefficients of a solver's own for an FFJORD flow",
  presets: {
    smoke: { evaluations: [2, 4], iterations: 60, trajectories: 512, heldOut: 200 },
    standard: { evaluations: [2, 4, 6, 8, 12], iterations: 800, trajectories: 4096, heldOut: 2000 },
    paper: { evaluations: [2, 4, 6, 8, 10, 12, 16], iterations: 3000, trajectories: 4096, heldOut: 2000 },
  },
  table: coefficientsTable,
  run: async (spec, run, { seed }) => {
    const field = await ffjordField();
    const fits: FittedCoefficients[] = [];
    run.picture(() => {
      const { comparison = [] } = run.found;
      return hasErrors(comparison) ? [paretoFigure(comparison)] : [];
    });
    for (const evaluations of spec.evaluations) {
      for (const consistent of [false, true]) {
        const { iterations, trajectories } = spec;
        const settings = { evaluations, consistent, iterations, trajectories, seed };
        const fit = await run.stage({
          name: `${evaluations} evaluations, ${consistent ? "consistent" : "free"}`,
          settings,
          codec: jsonCodec<FittedCoefficients>(),
          make: (context) => fitted(field, settings, context),
          isWhole: ({ status }) => status === "complete",
        });
        fits.push(fit);
        run.note({ fits: [...fits] });
        await run.file(...fileOf(field, fit, seed));
      }
    }
    const comparison = await run.stage({
      name: "comparison",
      settings: { spec, seed },
      inputs: [JSON.stringify(fits.map((fit) => fit.coefficients))],
      codec: jsonCodec<readonly ComparisonRow[]>(),
      make: (context) => {
        const samples = STATES.heldOut(spec.heldOut, new Random(seed));
        const methods = [...classical(spec.evaluations, field), ...fits.map(competitor)];
        return compareMethods({ field, methods, span: SPAN, samples }, context);
      },
    });
    run.note({ comparison });
  },
  rows: ({ comparison = [] }) => comparison.map(rowOf),
  report: ({ fits = [], comparison = [] }, figures) => ({
    title: coefficients.title,
    lead: "Mean Euclidean distance to dopri5 at 1e-8 in float64, on states that no fit saw; NS has coefficients of its own for every evaluation.",
    verdict: fits.map(sentence).join(" "),
    facts: [],
    sections: [
      { heading: "Against methods of as many evaluations", table: comparisonTable(comparison), on: "both" },
      { heading: "Pictures", figures },
    ],
    footnotes: [
      "N. Shaul et al., Bespoke Non-Stationary Solvers for Fast Sampling of Diffusion and Flow Models, ICML 2024.",
    ],
  }),
});

interface FitSettings extends Pick<CoefficientsSpec, "iterations" | "trajectories"> {
  readonly evaluations: number;
  readonly consistent: boolean;
  readonly seed: number;
}

async function fitted(field: Field, settings: FitSettings, context: RunContext): Promise<FittedCoefficients> {
  const fit = await fitCoefficients(field, { ...settings, span: SPAN }, { states: STATES }, context);
  const { method, spec, status, startError, bestError, seconds } = fit;
  const { evaluations, consistent, start } = spec;
  const { coefficients: found } = method;
  return { evaluations, consistent, start, coefficients: found, status, startError, bestError, seconds };
}

const familyOf = ({ consistent }: FittedCoefficients): string => (consistent ? "NS, consistent" : "NS");

function competitor(fit: FittedCoefficients): Competitor {
  const method = nonStationary(fit.coefficients, { mesh: SPAN });
  return { method, title: familyOf(fit), role: "hypersolver" };
}

/** Every classical method that makes exactly so many evaluations. */
function classical(budgets: readonly number[], field: Field): Competitor[] {
  const ones: readonly FixedMethod[] = [
    ...[euler, midpoint, heun, rk4].map((tableau) => fixed(tableau, { steps: 1 })),
    ...Object.values(multistepMethods).map((method) => multistep(method, { steps: 1 })),
  ];
  return ones.flatMap((one) => {
    const scheme = one.scheme(field);
    const within = (nfe: number): number[] =>
      Array.from({ length: nfe }, (_, i) => i + 1).filter((steps) => scheme.cost(steps).nfe === nfe);
    return budgets
      .flatMap(within)
      .map((steps): Competitor => ({ method: one.withGrid({ steps }), role: "other" }));
  });
}

function fileOf(field: Field, fit: FittedCoefficients, seed: number): [path: string, content: Uint8Array] {
  const { evaluations, consistent, start, startError, bestError } = fit;
  const method = nonStationary(fit.coefficients, { mesh: SPAN });
  const card = { start, startError, bestError, seed, library: libraryName };
  const content = encodeCoefficients(method, {
    ...card,
    fingerprint: fingerprintOf(field),
    states: STATES.description,
  });
  return [`coefficients-${evaluations}${consistent ? "-consistent" : ""}.json`, content];
}

function rowOf(row: ComparisonRow): ResultRow {
  if (isBroken(row)) return { key: { method: row.method, NFE: "?" }, outcome: brokenOf(row) };
  const { method, nfe, macs, milliseconds, error } = row;
  return { key: { method, NFE: nfe }, outcome: { MACs: macs, milliseconds, "mean error": error } };
}

const sentence = (fit: FittedCoefficients): string =>
  `${familyOf(fit)}, ${fit.evaluations} evaluations: ${fit.seconds.fit.toFixed(1)} s of fitting.`;
