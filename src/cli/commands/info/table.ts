import { fieldTable } from "../../options/field-table.js";

/** Options of `info`: which file, and which of its inputs is which. */
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
