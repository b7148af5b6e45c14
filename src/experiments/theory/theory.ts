import type { Complete } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { Random } from "../../tensor/index.js";
import { jsonCodec } from "../kit/codec.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import type { ResultRow } from "../kit/result-row.js";
import { rowSections } from "../kit/row-tables.js";
import { type LocalErrors, localErrors, localErrorsTable } from "./local-errors.js";
import { slopeFigures } from "./slope-figures.js";
import { slopeRows } from "./slope-rows.js";
import { orderRows, type SolverOrder, solverOrders } from "./solver-orders.js";
import { type StabilityRegion, stabilityRegions } from "./stability.js";
import { stabilityFigures, stabilityRows } from "./stability-figures.js";
import { type StiffRun, stiffRows, stiffRun } from "./stiffness.js";

/** What is measured, as options. */
const theoryTable = {
  points: localErrorsTable.points as typeof localErrorsTable.points,
  dimension: localErrorsTable.dimension as typeof localErrorsTable.dimension,
  perOctave: localErrorsTable.perOctave as typeof localErrorsTable.perOctave,
  octaves: localErrorsTable.octaves as typeof localErrorsTable.octaves,
  cells: {
    type: "integer",
    min: 2,
    max: most.cells as number,
    required: true,
    help: "cells along a side of the pictures of stability",
  },
  fitIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "of the corrections whose stability is measured",
  },
  rates: {
    type: "list",
    of: { type: "number", above: 0 },
    required: true,
    help: "rates of the fast direction of stiff fields, over ten steps",
  },
} as const;

export type TheorySpec = Complete<typeof theoryTable>;

/** What `metrics.json` holds beside the facts of every run. */
interface TheoryMetrics {
  readonly errors: readonly LocalErrors[];
  readonly orders: readonly SolverOrder[];
  readonly regions: readonly StabilityRegion[];
  readonly stiff: readonly StiffRun[];
}

/**
 * Appendix A and figure 2 of the paper. Theorem 1: a hypersolver whose g is off by δ has a local truncation error
 * O(δ ε^(p+1)), measured in float64 on a nonlinear, non-autonomous field with an exact flow, for corrections whose δ is
 * chosen; what orders and evaluations come of it; and which steps stay stable.
 */
export const theory: Experiment<TheorySpec> = /* @__PURE__ */ defineExperiment<TheorySpec, TheoryMetrics>({
  name: "theory",
  title: "Orders and stability of hypersolvers: theorem 1 and figure 2",
  presets: {
    smoke: {
      ...{ points: 200, dimension: 4, perOctave: 1, octaves: 3 },
      ...{ cells: 16, fitIterations: 40, rates: [20] },
    },
    standard: {
      ...{ points: 2000, dimension: 8, perOctave: 2, octaves: 4 },
      ...{ cells: 80, fitIterations: 1500, rates: [5, 15, 25, 50, 100] },
    },
    paper: {
      ...{ points: 10_000, dimension: 8, perOctave: 4, octaves: 4 },
      ...{ cells: 200, fitIterations: 10_000, rates: [5, 10, 15, 20, 25, 50, 100, 200] },
    },
  },
  table: theoryTable,
  run: async (spec, run, { seed }) => {
    run.picture(() => slopeFigures(run.found.errors ?? []));
    run.picture(() => stabilityFigures(run.found.regions ?? []));
    const stage = <T>(name: string, make: (context: typeof run.context) => Promise<T>): Promise<T> =>
      run.stage({ name, settings: { spec, seed }, codec: jsonCodec<T>(), make });
    const random = new Random(seed);
    run.note({ errors: await stage("local errors", (context) => localErrors(spec, random, context)) });
    run.note({ orders: await stage("orders", (context) => solverOrders(spec, random, context)) });
    run.note({ regions: await stage("stability", (context) => stabilityRegions(spec, random, context)) });
    const stiff: StiffRun[] = [];
    for (const rate of new Set(spec.rates)) {
      const make = (context: typeof run.context) => stiffRun(rate, spec.fitIterations, seed, context);
      stiff.push(await stage(`rate ${rate}`, make));
      run.note({ stiff: [...stiff] });
    }
  },
  rows: theoryRows,
  report: (metrics, figures) => ({
    title: theory.title,
    lead: "Slope of the local error against ε, to be p + 1, and its constant over that of the base alone, to be δ; for δ = 0 errors are rounding. Then what solvers cost, each g off by δ = 0.01; which steps of dz/ds = λ z do not grow; and what a fitted g makes of a stiff direction.",
    facts: [],
    sections: [...rowSections(theoryRows(metrics)), { heading: "Pictures", figures }],
    footnotes: [
      "Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, theorem 1, figure 2, appendix A.",
    ],
  }),
});

function theoryRows({
  errors = [],
  orders = [],
  regions = [],
  stiff = [],
}: Partial<TheoryMetrics>): readonly ResultRow[] {
  return [...slopeRows(errors), ...orderRows(orders), ...stabilityRows(regions), ...stiffRows(stiff)];
}
