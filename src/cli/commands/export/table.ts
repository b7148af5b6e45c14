import { checkMethodText } from "../../../hypersolver/specs.js";
import { methodNames } from "../../../ode/specs.js";
import type { Complete } from "../../../spec/index.js";
import { most } from "../../../spec/internal.js";
import { fieldTable } from "../../options/field-table.js";
import { parseStates } from "../../options/parse.js";
import { fieldArgument, seedTable } from "../../options/tables.js";

/** Options of `export` besides the field and its inputs. */
export const exportOwnTable = {
  correction: {
    type: "text",
    placeholder: "file",
    group: "Options:",
    help: "a correction that `fit` made; gives method, and default span and steps",
  },
  method: {
    type: "text",
    placeholder: "method",
    known: methodNames as readonly string[],
    reads: checkMethodText as typeof checkMethodText,
    help: "how to solve: heun:4 or ab2:8 (steps), hyper:FILE:2 (correction), ns:FILE (coefficients), student:FILE; or a name alone, {choices}",
  },
  steps: {
    type: "integer",
    min: 1,
    max: most.steps as number,
    placeholder: "k",
    help: "number of equal steps over the span",
  },
  span: { type: "span", placeholder: "t0,t1", help: "from where to where; t1 < t0 runs backwards" },
  guard: {
    type: "boolean",
    default: false,
    flag: "--guard",
    help: "for learned methods with bounds of their errors: a second output error_bound, one per sample",
  },
  coverage: {
    type: "number",
    above: 0,
    below: 1,
    default: 0.95,
    placeholder: "share",
    help: "with --guard: share of the samples whose error is to stay within its bound",
  },
  unroll: {
    type: "boolean",
    default: false,
    flag: "--unroll",
    help: "all steps one after another, for runtimes without the operator Loop, which the file has from more than 128 evaluations or about 2000 operators on; such files load slowly",
  },
  states: {
    type: "text",
    default: "normal",
    reads: parseStates as typeof parseStates,
    expected: "normal, uniform:LOW,HIGH, FILE.safetensors[:KEY], FILE.npz[:KEY], FILE.npy or FILE.csv",
    placeholder: "source",
    help: "initial states: normal, uniform:LOW,HIGH, FILE.safetensors[:KEY], FILE.npz[:KEY], FILE.npy, FILE.csv, or - for standard input; a few become golden vectors",
  },
  out: {
    type: "text",
    required: true,
    expected: "the name of a file",
    placeholder: "file",
    help: "the ONNX file to write",
  },
} as const;

/** All options of `export`, in the order of help. */
export const exportTable: typeof fieldArgument &
  typeof exportOwnTable &
  typeof seedTable &
  typeof fieldTable = { ...fieldArgument, ...exportOwnTable, ...seedTable, ...fieldTable };
export type ExportOptions = Complete<typeof exportTable>;
