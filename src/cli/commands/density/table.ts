import type { Complete } from "../../../spec/index.js";
import { inputMapTable } from "../../options/field-table.js";
import { parseGrid } from "../../options/parse.js";
import {
  flowArgument,
  flowSolverTable,
  flowSourceTable,
  formatRow,
  seedTable,
  traceTable,
} from "../../options/tables.js";

/** Options of `density` besides the flow and its solver. */
export const densityOwnTable = {
  data: {
    type: "text",
    placeholder: "file",
    group: "Options:",
    help: "points: FILE.csv, FILE.npy, FILE.npz[:KEY] or FILE.safetensors[:KEY]; - is standard input",
  },
  out: {
    type: "text",
    pattern: "^-$|.\\.([cC][sS][vV]|[nN][pP][yYzZ]|[sS][aA][fF][eE][tT][eE][nN][sS][oO][rR][sS])$",
    expected: "the name of a file that ends in .csv, .npy, .npz or .safetensors; or -, standard output",
    placeholder: "file",
    help: "where to write points and log-densities: FILE.csv (column log_density), or FILE.npz and FILE.safetensors (keys x, log_density); - is standard output",
  },
  format: formatRow as typeof formatRow,
  sampler: {
    type: "boolean",
    default: false,
    flag: "--sampler",
    help: "log-densities under the sampler itself, as `sample --log-density` gives them: --method is the sampler's, in fixed steps from base to data, and is inverted; always so for reversible methods",
  },
  picture: {
    type: "text",
    pattern: ".\\.([sS][vV][gG]|[pP][nN][gG])$",
    expected: "the name of a file that ends in .svg or .png",
    placeholder: "file",
    help: "draw the density over a grid: FILE.svg or FILE.png; 2 columns only",
  },
  grid: {
    type: "text",
    reads: parseGrid as typeof parseGrid,
    otherwise: "around the data, 100 cells",
    placeholder: "low,high[,cells]",
    help: "a square region, and cells along its side",
  },
} as const;

/** All options of `density`, in the order of help. */
export const densityTable: typeof flowArgument &
  typeof densityOwnTable &
  typeof flowSolverTable &
  typeof traceTable &
  typeof flowSourceTable &
  typeof inputMapTable &
  typeof seedTable = {
  ...flowArgument,
  ...densityOwnTable,
  ...flowSolverTable,
  ...traceTable,
  ...flowSourceTable,
  ...inputMapTable,
  ...seedTable,
};
export type DensityOptions = Complete<typeof densityTable>;
