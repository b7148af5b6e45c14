import { checkMethodText } from "../../hypersolver/specs.js";
import { baseSpellings, DEFAULT_NOISE, FLOW_TOLERANCES, noiseKinds, parseBase } from "../../models/specs.js";
import { DEFAULT_MAX_STEPS, EXACT_TRACE_LIMIT, solveMethodNames, traceEstimators } from "../../ode/specs.js";
import { type Device, devices, MOST_THREADS } from "../../runtime/specs.js";
import type { Complete } from "../../spec/index.js";
import { most, numberText, seedRow } from "../../spec/internal.js";
import { type TableFormat, tableFormats } from "../files/table-formats.js";
import { type ColorChoice, colorChoices } from "../terminal/color.js";

/** Of everything random. */
export const seedTable = { seed: seedRow as typeof seedRow } as const;

/** Of `--method` where any method may be given. */
export const METHOD_HELP =
  "how to solve: heun:4 or ab2:8 (steps), dopri5@1e-5 (tolerance), rodas4@1e-5 (implicit, for stiff fields), hyper:FILE:2 (correction), ns:FILE (coefficients), student:FILE; or a name alone, {choices}";

/** A field, as the argument of a command. */
export const fieldArgument = {
  field: {
    type: "text",
    required: true,
    flag: "argument",
    expected: "a vector field, FILE.onnx",
    placeholder: "field.onnx",
    help: "the vector field",
  },
} as const;

/** A flow, as the argument of a command. */
export const flowArgument = {
  flow: {
    type: "text",
    required: true,
    flag: "argument",
    expected: "a flow, FILE.onnx",
    placeholder: "flow.onnx",
    help: "a flow of `train`, or any field with --span and --base",
  },
} as const;

/** How a flow is solved. */
export const flowSolverTable = {
  correction: {
    type: "text",
    placeholder: "file",
    group: "How to solve:",
    help: "a correction that `fit` made; gives method and default steps",
  },
  method: {
    type: "text",
    otherwise: "dopri5",
    placeholder: "method",
    group: "How to solve:",
    known: solveMethodNames as readonly string[],
    reads: checkMethodText as typeof checkMethodText,
    help: METHOD_HELP as typeof METHOD_HELP,
  },
  steps: {
    type: "integer",
    min: 1,
    max: most.steps as number,
    placeholder: "k",
    group: "How to solve:",
    help: "number of equal steps; without it tolerances choose them",
  },
  rtol: {
    type: "number",
    min: 0,
    otherwise: numberText(FLOW_TOLERANCES.rtol) as string,
    placeholder: "x",
    group: "How to solve:",
    help: "relative tolerance of a step",
  },
  atol: {
    type: "number",
    min: 0,
    otherwise: numberText(FLOW_TOLERANCES.atol) as string,
    placeholder: "x",
    group: "How to solve:",
    help: "absolute tolerance of a step",
  },
  maxSteps: {
    type: "integer",
    min: 1,
    max: most.attempts as number,
    otherwise: String(DEFAULT_MAX_STEPS) as string,
    placeholder: "n",
    group: "How to solve:",
    help: "attempted steps before giving up",
  },
} as const;

/** Which flow: a file of `train`, or a field and what is missing there. */
export const flowSourceTable = {
  span: {
    type: "span",
    placeholder: "t0,t1",
    group: "For a field that `train` did not make:",
    help: "from where to where; t1 < t0 runs backwards; the base is at t0, the data at t1",
  },
  base: {
    type: "text",
    placeholder: "name",
    group: "For a field that `train` did not make:",
    known: baseSpellings as readonly string[],
    reads: parseBase as typeof parseBase,
    help: "base distribution: {choices}",
  },
} as const;

/** How the divergence of a field is found. */
export const traceTable = {
  estimator: {
    type: "choice",
    of: traceEstimators as typeof traceEstimators,
    otherwise: `exact up to ${EXACT_TRACE_LIMIT} columns` as string,
    placeholder: "name",
    help: "divergence of the field: exact, or hutchinson's estimate",
  },
  noise: {
    type: "choice",
    of: noiseKinds as typeof noiseKinds,
    otherwise: DEFAULT_NOISE as string,
    placeholder: "name",
    help: "noise of --estimator hutchinson: {choices}",
  },
  toleranceOnState: {
    type: "boolean",
    help: "let tolerances follow the points alone, not their log-density",
  },
} as const;
export type TraceOptions = Complete<typeof traceTable>;

/** Where data sets are kept. */
export const cacheTable = {
  cache: {
    type: "text",
    otherwise: "HYPERSOLVERS_CACHE, else hypersolvers in XDG_CACHE_HOME or the cache of the platform",
    placeholder: "folder",
    help: "where data sets are kept",
  },
} as const;

/** How a table is written. */
export const formatRow = {
  type: "choice",
  of: tableFormats as readonly TableFormat[],
  otherwise: "by the ending of --out; csv for -",
  placeholder: "name",
  help: "how to write --out: {choices}",
} as const;

/** Of runs that write a folder. */
export const forceRow = { type: "boolean", help: "replace the finished run in OUT" } as const;

/** How a command reads options and prints results. Not part of a spec. */
export const deskTable = {
  config: {
    type: "text",
    placeholder: "file",
    group: "Common options:",
    help: "take options from a file, JSON or YAML; flags take precedence",
  },
  printConfig: {
    type: "boolean",
    help: "print the options in effect as JSON, ready for --config, and do nothing else",
  },
  json: { type: "boolean", help: "print the result as JSON on stdout, everything else on stderr" },
  quiet: { type: "boolean", help: "show no progress" },
  color: {
    type: "choice",
    of: colorChoices as readonly ColorChoice[],
    otherwise: "auto: on terminals, unless NO_COLOR is set",
    placeholder: "when",
    help: "color errors, warnings and headings: {choices}",
  },
} as const;

/** How a long command reports progress. Not part of a spec. */
export const linesTable = {
  jsonLines: {
    type: "boolean",
    group: "Common options:",
    help: "print progress, warnings and the result on stdout as lines of JSON",
  },
} as const;

/** Where a command runs: the part of a run's context that flags decide. Not part of a spec. */
export const machineTable = {
  device: {
    type: "choice",
    of: devices as readonly Device[],
    otherwise: "cpu",
    placeholder: "name",
    group: "Common options:",
    help: "where to compute: {choices} (reference is slow and in float64)",
  },
  threads: {
    type: "integer",
    min: 1,
    max: MOST_THREADS as number,
    otherwise: "HYPERSOLVERS_THREADS, else all cores",
    placeholder: "n",
    group: "Common options:",
    help: "threads on the CPU, at most one per core",
  },
} as const;
