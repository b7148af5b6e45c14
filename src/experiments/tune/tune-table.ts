import type { Complete, Spec } from "../../spec/index.js";
import { measuringToleranceRow, seedRow } from "../../spec/internal.js";

/** States beyond these tell no more of an error, and every interval is drawn from them a thousand times. */
const MOST_STATES = 100_000;

/** What a solver is wanted to do, and how hard to look for it. */
export const tuneTable = {
  /** At the end of the span, Euclidean. */
  error: {
    type: "number",
    above: 0,
    required: true,
    placeholder: "x",
    group: "What is wanted:",
    help: "error that a solve may have at the end of the span: the mean distance to the reference",
  },
  quantile: {
    type: "number",
    above: 0,
    below: 1,
    otherwise: "the mean",
    placeholder: "q",
    group: "What is wanted:",
    help: "a share of the states, such as 0.95, that has to stay below the error, instead of the mean",
  },
  relative: {
    type: "boolean",
    default: false,
    flag: "--relative",
    group: "What is wanted:",
    help: "the error is a share of the mean norm of the reference",
  },
  milliseconds: {
    type: "number",
    above: 0,
    otherwise: "no limit",
    placeholder: "ms",
    group: "What is wanted:",
    help: "time that a solve of a batch may take at most",
  },
  span: {
    type: "span",
    default: [0, 1],
    placeholder: "t0,t1",
    group: "What is wanted:",
    help: "from where to where; t1 < t0 runs backwards",
  },
  batch: {
    type: "integer",
    min: 1,
    max: MOST_STATES as number,
    otherwise: "as many as --samples",
    placeholder: "n",
    group: "What is wanted:",
    help: "states that are solved at once where the solver will be used: what is timed",
  },
  /** Of the search; what was begun is ended, measured and written after it. */
  seconds: {
    type: "number",
    above: 0,
    max: 1e6,
    default: 120,
    placeholder: "s",
    group: "How to search:",
    help: "seconds to search",
  },
  samples: {
    type: "integer",
    min: 2,
    max: MOST_STATES as number,
    default: 2000,
    defaultFor: { images: 64 },
    placeholder: "n",
    group: "How to search:",
    help: "held-out states to test on; as many others choose among the solvers, as far as there are",
  },
  measuringTolerance: {
    ...measuringToleranceRow,
    group: "How to search:",
  } as typeof measuringToleranceRow & {
    readonly group: "How to search:";
  },
  seed: seedRow as typeof seedRow,
} as const;

/** What a caller says of a search. */
export type TuneSpec = Spec<typeof tuneTable>;
/** With every choice made. */
export type EffectiveTune = Complete<typeof tuneTable> & { readonly batch: number };
