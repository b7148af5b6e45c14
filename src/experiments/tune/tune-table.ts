import type { Complete, Spec } from "../../spec/index.js";
import { measuringToleranceRow, seedRow } from "../../spec/internal.js";

/** More states add nothing to an estimate, and the bootstrap resamples them a thousand times. */
const MOST_STATES = 100_000;

/** The goal of a search, and how hard to search. */
export const tuneTable = {
  /** At the end of the span, Euclidean. */
  error: {
    type: "number",
    above: 0,
    required: true,
    placeholder: "x",
    group: "Goal:",
    help: "largest error allowed at the end of the span: the mean distance to the reference",
  },
  quantile: {
    type: "number",
    above: 0,
    below: 1,
    otherwise: "the mean",
    placeholder: "q",
    group: "Goal:",
    help: "share of the states, such as 0.95, that must stay below the error, instead of their mean",
  },
  relative: {
    type: "boolean",
    default: false,
    flag: "--relative",
    group: "Goal:",
    help: "the error is a share of the mean norm of the reference",
  },
  milliseconds: {
    type: "number",
    above: 0,
    otherwise: "no limit",
    placeholder: "ms",
    group: "Goal:",
    help: "longest time allowed for a solve of a batch",
  },
  span: {
    type: "span",
    default: [0, 1],
    placeholder: "t0,t1",
    group: "Goal:",
    help: "from where to where; t1 < t0 runs backwards",
  },
  batch: {
    type: "integer",
    min: 1,
    max: MOST_STATES as number,
    otherwise: "as many as --samples",
    placeholder: "n",
    group: "Goal:",
    help: "states solved at once where the solver will be used; such a batch is timed",
  },
  /** Of the search alone: testing and writing follow. */
  seconds: {
    type: "number",
    above: 0,
    max: 1e6,
    default: 120,
    placeholder: "s",
    group: "Search:",
    help: "seconds to search",
  },
  samples: {
    type: "integer",
    min: 2,
    max: MOST_STATES as number,
    default: 2000,
    defaultFor: { images: 64 },
    placeholder: "n",
    group: "Search:",
    help: "held-out states to test on; solvers are chosen by up to 1000 others",
  },
  measuringTolerance: {
    ...measuringToleranceRow,
    group: "Search:",
  } as typeof measuringToleranceRow & {
    readonly group: "Search:";
  },
  seed: seedRow as typeof seedRow,
} as const;

/** What a caller says of a search. */
export type TuneSpec = Spec<typeof tuneTable>;
/** With every choice made. */
export type EffectiveTune = Complete<typeof tuneTable> & { readonly batch: number };
