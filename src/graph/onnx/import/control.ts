import type { DecoderTable } from "./decoder.js";

/** Control flow. What is known while importing is replaced by its branch or its rounds before it comes here. */
export const controlDecoders: DecoderTable = {
  If: {
    inputs: [1, 1],
    decode: (context) => {
      throw context.unsupported(
        "a condition that depends on data",
        "one that follows from shapes and constants; torch.where chooses by data",
      );
    },
  },
  Loop: {
    inputs: [2, Number.POSITIVE_INFINITY],
    decode: (context) => {
      throw context.unsupported(
        "a number of rounds that depends on data",
        "one that follows from shapes and constants",
      );
    },
  },
};
