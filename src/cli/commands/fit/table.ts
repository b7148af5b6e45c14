import { fitTable } from "../../../hypersolver/specs.js";
import type { Spec } from "../../../spec/index.js";
import { most } from "../../../spec/internal.js";
import { fieldTable } from "../../options/field-table.js";
import { parseStates } from "../../options/parse.js";

/** What the command is told beside the spec of the fit: where things come from and go to, and what is measured. */
export const fitRunTable = {
  field: {
    type: "text",
    required: true,
    flag: "argument",
    expected: "a vector field, FILE.onnx",
    placeholder: "field.onnx",
    help: "the vector field",
  },
  states: {
    type: "text",
    reads: parseStates as typeof parseStates,
    otherwise: "for a flow of `train`: its base",
    placeholder: "source",
    group: "What to fit:",
    help: "initial states: normal, uniform:LOW,HIGH, FILE.safetensors[:KEY] or FILE.csv; a fifth of a file is held out",
  },
  logDensity: {
    type: "text",
    placeholder: "data",
    group: "What to fit:",
    help: "for flows: correct points and log-densities together, from data to base, for `density --correction`; learns on FILE.csv, FILE.safetensors[:KEY] or a density by name",
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
    help: "held-out states to measure on",
  },
  budget: {
    type: "list",
    of: { type: "integer", min: 1, max: most.steps as number },
    otherwise: "1,2,4,8,16,32",
    placeholder: "n,…",
    group: "What to fit:",
    help: "evaluations of f to compare methods at",
  },
  resume: {
    type: "boolean",
    default: false,
    flag: "--resume",
    group: "What to fit:",
    help: "go on with the run in OUT, from its checkpoint and by its options; they need not be said again",
  },
  figures: {
    type: "boolean",
    default: true,
    group: "What to fit:",
    flagHelp: "draw no figures and write no report",
    help: "draw figures and write a report",
  },
} as const;

/** All options of `fit`, in the order of help. */
export const fitCommandTable: typeof fitTable & typeof fitRunTable & typeof fieldTable = {
  ...fitTable,
  ...fitRunTable,
  ...fieldTable,
};
export type FitCommandSpec = Spec<typeof fitCommandTable>;
