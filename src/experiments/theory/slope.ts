import { powerLaw } from "../../metrics/index.js";
import { isBroken, Random } from "../../tensor/index.js";
import { jsonCodec } from "../kit/codec.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import type { ResultRow } from "../kit/result-row.js";
import { rowSections } from "../kit/row-tables.js";
import { type LocalErrors, localErrors, type SlopeSpec, slopeTable } from "./local-errors.js";
import { slopeFigures } from "./slope-figures.js";

/** What `metrics.json` holds beside the facts of every run. */
interface SlopeMetrics {
  readonly errors: readonly LocalErrors[];
}

/**
 * Theorem 1 of the paper: a hypersolver whose g is off by δ has a local truncation error O(δ ε^(p+1)). Measured in float64
 * on a nonlinear, non-autonomous field with an exact flow, for corrections whose δ is chosen.
 */
export const slope: Experiment<SlopeSpec> = /* @__PURE__ */ defineExperiment<SlopeSpec, SlopeMetrics>({
  name: "slope",
  title: "Theorem 1: the local error of a hypersolver is O(δ ε^(p+1))",
  presets: {
    smoke: { points: 200, dimension: 4, perOctave: 1, octaves: 3 },
    standard: { points: 2000, dimension: 8, perOctave: 2, octaves: 4 },
    paper: { points: 10_000, dimension: 8, perOctave: 4, octaves: 4 },
  },
  table: slopeTable,
  run: async (spec, run, { seed }) => {
    run.picture(() => slopeFigures(run.found.errors ?? []));
    const errors = await run.stage({
      name: "local errors",
      settings: { spec, seed },
      codec: jsonCodec<readonly LocalErrors[]>(),
      make: (context) => localErrors(spec, new Random(seed), context),
    });
    run.note({ errors });
  },
  rows: ({ errors = [] }) => slopeRows(errors),
  report: ({ errors = [] }, figures) => ({
    title: slope.title,
    lead: "Slope of the local error against ε, to be p + 1, and its constant over that of the base alone, to be δ; for δ = 0 errors are rounding.",
    facts: [],
    sections: [...rowSections(slopeRows(errors)), { heading: "Local errors", figures }],
    footnotes: ["Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, theorem 1."],
  }),
});

/** Below it an error is rounding of states of size 1 in float64. */
const ROUNDING = 1e-14;

/** Slope through the errors that are more than rounding, and how many times those of the base alone they are. */
const slopeRows = (all: readonly LocalErrors[]): ResultRow[] =>
  all.map(({ base, order, delta, errors }) => {
    const key = { base, "p + 1": order + 1, "δ of g": delta ?? "no g" };
    if (isBroken(errors)) return { key, outcome: errors };
    const largest = { "largest error": Math.max(...errors.map(({ error }) => error)) };
    const alone = all.find((other) => other.base === base && other.delta === undefined)?.errors;
    const told = errors.filter(({ error }) => error > ROUNDING);
    if (alone === undefined || isBroken(alone) || told.length < 2) return { key, outcome: largest };
    const { exponent } = powerLaw(told.map(({ epsilon, error }) => ({ x: epsilon, y: error })));
    const ratios = told.map(
      ({ epsilon, error }) => error / (alone.find((other) => other.epsilon === epsilon)?.error ?? error),
    );
    const over = Math.exp(ratios.reduce((total, ratio) => total + Math.log(ratio) / ratios.length, 0));
    return { key, outcome: { slope: exponent, "constant over base's": over, ...largest } };
  });
