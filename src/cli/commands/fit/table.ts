import { coefficientTable, fitTable, solverTable, studentTable } from "../../../hypersolver/specs.js";
import type { Spec } from "../../../spec/index.js";
import { measuringToleranceRow, most, type United, unitedTable } from "../../../spec/internal.js";
import { fieldTable } from "../../options/field-table.js";
import { parseStates } from "../../options/parse.js";
import { fieldArgument, forceRow } from "../../options/tables.js";

/** Options of the command besides the spec of the fit: input, output, and what is measured. */
export const fitRunTable = {
  field: fieldArgument.field as typeof fieldArgument.field,
  learn: {
    type: "choice",
    of: ["correction", "coefficients", "both", "student"],
    default: "correction",
    placeholder: "what",
    group: "What to fit:",
    help: "correction: a network g on top of a method; coefficients: a solver's own numbers, without a network; both: networks on top of coefficients; student: a network that never evaluates the field, their rival",
  },
  states: {
    type: "text",
    reads: parseStates as typeof parseStates,
    otherwise: "for a flow of `train`: its base",
    placeholder: "source",
    group: "What to fit:",
    help: "initial states: normal, uniform:LOW,HIGH, FILE.safetensors[:KEY], FILE.npz[:KEY], FILE.npy, FILE.csv, or - for standard input; a fifth of a file is held out, a tenth calibrates bounds of errors",
  },
  logDensity: {
    type: "text",
    placeholder: "data",
    group: "What to fit:",
    help: "for flows: correct points and log-densities together, from data to base, for `density --correction`; learns on FILE.csv, FILE.npy, FILE.safetensors[:KEY] or a density by name",
  },
  out: {
    type: "text",
    otherwise: "runs/FIELD",
    placeholder: "folder",
    group: "What to fit:",
    help: "where to write",
  },
  samples: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    otherwise: "2000; images: 64",
    placeholder: "n",
    group: "What to fit:",
    help: "held-out states to measure on, and others to calibrate bounds of errors on",
  },
  measuringTolerance: { ...measuringToleranceRow, group: "What to fit:" } as typeof measuringToleranceRow & {
    readonly group: "What to fit:";
  },
  budget: {
    type: "list",
    of: { type: "integer", min: 1, max: most.steps as number },
    otherwise: "1,2,4,8,16,32; coefficients: half, as many, twice",
    placeholder: "n,…",
    group: "What to fit:",
    help: "evaluations of f to compare methods at",
  },
  compare: {
    type: "boolean",
    default: true,
    group: "What to fit:",
    flagHelp: "measure only what was learned and its base, not the other solvers",
    help: "measure the other solvers too",
  },
  resume: {
    type: "boolean",
    default: false,
    flag: "--resume",
    group: "What to fit:",
    help: "continue the run in OUT from its checkpoint, with its options, which need not be repeated",
  },
  force: forceRow as typeof forceRow,
  figures: {
    type: "boolean",
    default: true,
    group: "What to fit:",
    flagHelp: "draw no figures and write no report",
    help: "draw figures and write a report",
  },
} as const;

const { base, steps, ...ofCorrections } = fitTable;
const { learn: _, ...ofSolvers } = solverTable;
const { learn, ...aroundFit } = fitRunTable;

/** What can be learned, with the options of each. */
export const learnedTables: {
  readonly correction: typeof fitTable & Pick<typeof coefficientTable, "evaluations">;
  readonly coefficients: typeof coefficientTable;
  readonly both: Omit<typeof solverTable, "learn">;
  readonly student: typeof studentTable;
} = {
  // Evaluations say the steps by what they cost.
  correction: { base, steps, evaluations: coefficientTable.evaluations, ...ofCorrections },
  coefficients: coefficientTable,
  both: ofSolvers,
  student: studentTable,
};

/** All options of `fit`, in the order of help. */
export const fitCommandTable: typeof fitRunTable & United<typeof learnedTables> & typeof fieldTable = {
  learn,
  ...unitedTable(learnedTables),
  ...aroundFit,
  ...fieldTable,
};
export type FitCommandSpec = Spec<typeof fitCommandTable>;
