import { type DatasetName, datasetNames } from "../../../datasets/specs.js";
import type { Complete } from "../../../spec/index.js";
import { cacheTable } from "../../options/tables.js";

/** Options of `data`: which data set, and where it comes from. */
export const dataOwnTable = {
  name: {
    type: "choice",
    of: datasetNames as readonly DatasetName[],
    flag: "argument",
    placeholder: "name",
    help: "the data set: {choices}; nothing lists what is kept",
  },
  from: {
    type: "list",
    of: { type: "text", expected: "a path" },
    words: true,
    placeholder: "path",
    group: "Options:",
    help: "import instead of downloading: a folder, a tar archive (.gz or not), or the files one by one",
  },
  download: { type: "boolean", help: "fetch the official files, in place of what is there" },
} as const;

/** All options of `data`, in the order of help. */
export const dataTable: typeof dataOwnTable & typeof cacheTable = { ...dataOwnTable, ...cacheTable };
export type DataOptions = Complete<typeof dataTable>;
