import { checkMethodsText } from "../../../hypersolver/specs.js";
import type { Complete } from "../../../spec/index.js";
import { measuringToleranceRow, most } from "../../../spec/internal.js";
import { fieldTable } from "../../options/field-table.js";
import { parseStates } from "../../options/parse.js";
import { fieldArgument, forceRow, seedTable } from "../../options/tables.js";

/** Options of `compare` besides the field and its inputs. */
export const compareOwnTable = {
  correction: {
    type: "text",
    placeholder: "file",
    group: "Options:",
    help: "a correction that `fit` made, to be compared with the rest",
  },
  methods: {
    type: "text",
    reads: checkMethodsText as typeof checkMethodsText,
    otherwise: "every fixed method at every budget, dopri5, the correction",
    placeholder: "method,…",
    help: "only these: heun:4,dopri5@1e-5,hyper:FILE:2",
  },
  span: {
    type: "span",
    otherwise: "with a correction: its own",
    placeholder: "t0,t1",
    help: "from where to where; t1 < t0 runs backwards",
  },
  states: {
    type: "text",
    default: "normal",
    reads: parseStates as typeof parseStates,
    expected: "normal, uniform:LOW,HIGH, FILE.safetensors[:KEY], FILE.npz[:KEY], FILE.npy or FILE.csv",
    placeholder: "source",
    help: "initial states: normal, uniform:LOW,HIGH, FILE.safetensors[:KEY], FILE.npz[:KEY], FILE.npy, FILE.csv, or - for standard input; of a file, only its held-out fifth",
  },
  samples: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    otherwise: "2000; images: 64",
    placeholder: "n",
    help: "how many states to measure on",
  },
  measuringTolerance: measuringToleranceRow as typeof measuringToleranceRow,
  budget: {
    type: "list",
    of: { type: "integer", min: 1, max: most.steps as number },
    otherwise: "1,2,4,8,16",
    placeholder: "n,…",
    help: "evaluations of f that fixed methods may spend",
  },
  curve: {
    type: "integer",
    min: 1,
    max: most.learnedEvaluations as number,
    placeholder: "n",
    help: "which number of evaluations is enough: every fixed method in every number of them from 1 to N, as table and figure",
  },
  meshes: {
    type: "boolean",
    default: false,
    flag: "--meshes",
    help: "also every method of equal steps on the mesh of as many that suits the field best, found by dynamic programming",
  },
  tolerances: {
    type: "list",
    of: { type: "number", above: 0 },
    otherwise: "1e-3,1e-5",
    placeholder: "x,…",
    help: "tolerances of dopri5 to compare",
  },
  out: {
    type: "text",
    placeholder: "folder",
    help: "also write comparison.json, config.json and the figures (SVG, PNG) there",
  },
  force: forceRow as typeof forceRow,
} as const;

/** All options of `compare`, in the order of help. */
export const compareTable: typeof fieldArgument &
  typeof compareOwnTable &
  typeof seedTable &
  typeof fieldTable = { ...fieldArgument, ...compareOwnTable, ...seedTable, ...fieldTable };
export type CompareOptions = Complete<typeof compareTable>;
