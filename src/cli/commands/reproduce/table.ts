import { experimentNames, type Preset, presetNames } from "../../../experiments/specs.js";
import type { Complete } from "../../../spec/index.js";
import { most } from "../../../spec/internal.js";
import { cacheTable, forceRow, seedTable } from "../../options/tables.js";
import { handingTable } from "../sweep/handing-table.js";

/** Options of `reproduce`. */
export const reproduceOwnTable = {
  experiment: {
    type: "text",
    flag: "argument",
    placeholder: "name",
    known: experimentNames as readonly string[],
    help: "the experiment",
  },
  list: { type: "boolean", group: "Options:", help: "list the experiments" },
  preset: {
    type: "choice",
    of: presetNames as readonly Preset[],
    default: "standard",
    placeholder: "name",
    help: "smoke (seconds), standard (minutes, images up to two hours) or paper (the paper's setting)",
  },
  /** By the names of the experiment. */
  spec: {
    type: "options",
    flag: "none",
    expected: "options of the experiment by name",
    help: 'what differs from the preset: {"fit": {"iterations": 100}}; --print-config shows all there is',
  },
  density: {
    type: "text",
    placeholder: "name",
    help: "the data set, for experiments that have several (--list shows them)",
  },
  seeds: {
    type: "integer",
    min: 1,
    max: most.runs as number,
    placeholder: "n",
    help: "run with N seeds, --seed and those after it, and report mean ± deviation",
  },
  resume: {
    type: "boolean",
    help: "continue the run in OUT from what it kept, with its options, which need not be repeated",
  },
  force: forceRow as typeof forceRow,
  out: {
    type: "text",
    otherwise: "runs/NAME, followed by the data set",
    placeholder: "folder",
    help: "where to write",
  },
} as const;

/** All options of `reproduce`, in the order of help. */
export const reproduceTable: typeof reproduceOwnTable &
  typeof handingTable &
  typeof cacheTable &
  typeof seedTable = {
  ...reproduceOwnTable,
  ...cacheTable,
  ...handingTable,
  ...seedTable,
};
export type ReproduceOptions = Complete<typeof reproduceTable>;
