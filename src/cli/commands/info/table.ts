import { fieldTable } from "../../options/field-table.js";

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

/** All options of `info`, in the order of help. */
export const infoTable: typeof infoOwnTable & typeof fieldTable = { ...infoOwnTable, ...fieldTable };
