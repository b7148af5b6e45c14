import type { Complete } from "../../../spec/index.js";
import { fieldTable } from "../../options/field-table.js";
import { seedTable } from "../../options/tables.js";

/** What `info` is told: which file, and how its inputs are told apart. */
export const infoOwnTable = {
  model: {
    type: "text",
    required: true,
    flag: "argument",
    expected: "an ONNX model, FILE.onnx",
    placeholder: "file.onnx",
    help: "any ONNX model",
  },
} as const;

/** All options of `info`, in the order of help. It reads only: the seed, which all commands take, decides nothing here. */
export const infoTable: typeof infoOwnTable & typeof fieldTable & typeof seedTable = {
  ...infoOwnTable,
  ...fieldTable,
  ...seedTable,
};
export type InfoOptions = Complete<typeof infoTable>;
