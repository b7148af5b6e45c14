import type { Complete } from "../../../spec/index.js";
import { most } from "../../../spec/internal.js";
import { inputMapTable } from "../../options/field-table.js";
import {
  flowArgument,
  flowSolverTable,
  flowSourceTable,
  formatRow,
  seedTable,
} from "../../options/tables.js";

/** Options of `sample` besides the flow and its solver. */
export const sampleOwnTable = {
  count: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    default: 1000,
    placeholder: "n",
    group: "Options:",
    help: "how many samples",
  },
  out: {
    type: "text",
    pattern: "^-$|.\\.([cC][sS][vV]|[nN][pP][yYzZ]|[sS][aA][fF][eE][tT][eE][nN][sS][oO][rR][sS])$",
    expected: "the name of a file that ends in .csv, .npy, .npz or .safetensors; or -, standard output",
    otherwise: "nowhere",
    placeholder: "file",
    help: "where to write them: FILE.csv, FILE.npy, or FILE.npz and FILE.safetensors (key x); - is standard output",
  },
  format: formatRow as typeof formatRow,
  logDensity: {
    type: "boolean",
    help: "also the log-density of every sample under the method itself, exact for fixed steps (column or key log_density)",
  },
  picture: {
    type: "text",
    pattern: ".\\.([sS][vV][gG]|[pP][nN][gG])$",
    expected: "the name of a file that ends in .svg or .png",
    placeholder: "file",
    help: "draw their density: FILE.svg or FILE.png; 2 columns only",
  },
} as const;

/** All options of `sample`, in the order of help. */
export const sampleTable: typeof flowArgument &
  typeof sampleOwnTable &
  typeof flowSolverTable &
  typeof flowSourceTable &
  typeof inputMapTable &
  typeof seedTable = {
  ...flowArgument,
  ...sampleOwnTable,
  ...flowSolverTable,
  ...flowSourceTable,
  ...inputMapTable,
  ...seedTable,
};
export type SampleOptions = Complete<typeof sampleTable>;
