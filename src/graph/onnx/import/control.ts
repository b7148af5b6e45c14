import type { DecoderTable } from "./decoder.js";

/** Control flow. An If whose condition is known is replaced by its branch before it comes here. */
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
};
