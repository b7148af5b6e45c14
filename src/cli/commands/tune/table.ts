import { tuneTable } from "../../../experiments/specs.js";
import type { Spec } from "../../../spec/index.js";
import { fieldTable } from "../../options/field-table.js";
import { parseStates } from "../../options/parse.js";
import { fieldArgument, forceRow } from "../../options/tables.js";
import { handingTable } from "../sweep/handing-table.js";

/** Input and output. */
export const tuneRunTable = {
  states: {
    type: "text",
    reads: parseStates as typeof parseStates,
    otherwise: "for a flow of `train`: its base",
    placeholder: "source",
    group: "Goal:",
    help: "initial states: normal, uniform:LOW,HIGH, FILE.safetensors[:KEY], FILE.npz[:KEY], FILE.npy, FILE.csv, or - for standard input; a fifth of a file is held out to test on, a tenth to choose by",
  },
  out: {
    type: "text",
    otherwise: "runs/FIELD-tuned",
    placeholder: "folder",
    group: "Search:",
    help: "where to write",
  },
  resume: {
    type: "boolean",
    default: false,
    flag: "--resume",
    group: "Search:",
    help: "continue the search in OUT with its options; what was tried is not tried again",
  },
  force: forceRow as typeof forceRow,
} as const;

/** All options of `tune`, in the order of help. */
export const tuneCommandTable: typeof fieldArgument &
  typeof tuneTable &
  typeof tuneRunTable &
  typeof handingTable &
  typeof fieldTable = { ...fieldArgument, ...tuneTable, ...tuneRunTable, ...handingTable, ...fieldTable };
export type TuneCommandSpec = Spec<typeof tuneCommandTable>;
