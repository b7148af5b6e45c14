import { checkMethodText } from "../../../hypersolver/specs.js";
import { DEFAULT_MAX_STEPS, DEFAULT_TOLERANCES, solveMethodNames } from "../../../ode/specs.js";
import type { Complete } from "../../../spec/index.js";
import { most, numberText } from "../../../spec/internal.js";
import { fieldTable } from "../../options/field-table.js";
import { parseStates } from "../../options/parse.js";
import { fieldArgument, formatRow, METHOD_HELP, seedTable } from "../../options/tables.js";

/** What `--guard-method` may be beside a method. */
export const BASE = "base";

/** Reads what solves samples again. @throws as `checkMethodText`. */
export const checkGuardMethod = (text: string): void => {
  if (text !== BASE) checkMethodText(text);
};

/** Options of `solve` besides the field and its inputs. */
export const solveOwnTable = {
  correction: {
    type: "text",
    placeholder: "file",
    group: "Options:",
    help: "a correction that `fit` made; gives method, and default span and steps",
  },
  method: {
    type: "text",
    otherwise: "dopri5",
    placeholder: "method",
    known: solveMethodNames as readonly string[],
    reads: checkMethodText as typeof checkMethodText,
    help: METHOD_HELP as typeof METHOD_HELP,
  },
  steps: {
    type: "integer",
    min: 1,
    max: most.steps as number,
    placeholder: "k",
    help: "number of equal steps over the span, or between two times",
  },
  rtol: {
    type: "number",
    min: 0,
    otherwise: numberText(DEFAULT_TOLERANCES.rtol) as string,
    placeholder: "x",
    help: "relative tolerance of a step",
  },
  atol: {
    type: "number",
    min: 0,
    otherwise: numberText(DEFAULT_TOLERANCES.atol) as string,
    placeholder: "x",
    help: "absolute tolerance of a step",
  },
  maxSteps: {
    type: "integer",
    min: 1,
    max: most.attempts as number,
    otherwise: String(DEFAULT_MAX_STEPS) as string,
    placeholder: "n",
    help: "attempted steps before giving up",
  },
  precision: {
    type: "choice",
    of: ["float32", "float64"],
    otherwise: "as the field",
    placeholder: "type",
    help: "float32 or float64, for f and states",
  },
  span: { type: "span", placeholder: "t0,t1", help: "from where to where; t1 < t0 runs backwards" },
  times: {
    type: "list",
    of: { type: "number" },
    placeholder: "t0,t1,…",
    help: "times of the wanted states, instead of --span; states start at t0",
  },
  states: {
    type: "text",
    required: true,
    reads: parseStates as typeof parseStates,
    expected: "normal, uniform:LOW,HIGH, FILE.safetensors[:KEY], FILE.npz[:KEY], FILE.npy or FILE.csv",
    placeholder: "source",
    help: "initial states: normal, uniform:LOW,HIGH, FILE.safetensors[:KEY], FILE.npz[:KEY], FILE.npy, FILE.csv, or - for standard input",
  },
  samples: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    default: 16,
    placeholder: "n",
    help: "how many states to draw with normal or uniform",
  },
  guard: {
    type: "number",
    above: 0,
    placeholder: "x",
    help: "for learned methods: the largest error bound that a sample may have; samples with a larger one are solved again",
  },
  coverage: {
    type: "number",
    above: 0,
    below: 1,
    otherwise: "0.95",
    placeholder: "share",
    help: "with --guard: share of the samples whose error is to stay within its bound",
  },
  guardMethod: {
    type: "text",
    otherwise: "dopri5 at a hundredth of the guard",
    placeholder: "method",
    reads: checkGuardMethod as typeof checkGuardMethod,
    help: "with --guard: what solves samples again, such as dopri5@1e-5; `base` for the steps of a correction's own base",
  },
  trust: {
    type: "boolean",
    flag: "--trust",
    help: "with --guard: use the bounds even if the states look unlike those of the fit; without it, all are then solved again",
  },
  spotCheck: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    placeholder: "n",
    help: "with --guard: also solve N samples within the guard again, and all samples if too many of these exceed their bounds",
  },
  check: {
    type: "boolean",
    help: "solve again with finer steps (twice as many; a tenth of the tolerances; dopri5@1e-6 for learned methods) and print how far apart the ends are",
  },
  out: {
    type: "text",
    placeholder: "file",
    help: "where to write the states, by the ending: .safetensors or .npz (key z), .npy, .csv; [batch, …] with --span, [times, batch, …] with --times; with --guard also error_bound and refined; - is standard output",
  },
  format: formatRow as typeof formatRow,
  keepPartial: {
    type: "boolean",
    help: "when the solve fails, write the times that were reached and key last_good",
  },
} as const;

/** All options of `solve`, in the order of help. */
export const solveTable: typeof fieldArgument & typeof solveOwnTable & typeof seedTable & typeof fieldTable =
  { ...fieldArgument, ...solveOwnTable, ...seedTable, ...fieldTable };
export type SolveOptions = Complete<typeof solveTable>;
