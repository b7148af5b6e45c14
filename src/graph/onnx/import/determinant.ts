import { formatShape } from "../../../tensor/index.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";

/** Larger matrices have more terms than it takes to eliminate, and elimination needs pivots. */
const LARGEST = 4;

/** Of matrices of up to four rows, by expansion along the first row: x [..., n, n] -> [...]. */
function determinant(context: DecodeContext): Node {
  const x = context.node(0);
  const [rows, columns] = x.shape.slice(-2);
  if (typeof rows !== "number" || rows !== columns || rows < 1 || rows > LARGEST)
    throw context.unsupported(formatShape(x.shape), `square matrices of up to ${LARGEST} rows`);
  const outer = x.shape.slice(0, -2);
  const [rowAxis, columnAxis] = [outer.length, outer.length + 1];
  const entry = (i: number, j: number): Node =>
    build.reshape(build.slice(build.slice(x, rowAxis, i, i + 1), columnAxis, j, j + 1), outer);
  const minor = (from: number, left: readonly number[]): Node =>
    left
      .map((j, k) => {
        const rest = left.filter((other) => other !== j);
        const term = rest.length === 0 ? entry(from, j) : build.mul(entry(from, j), minor(from + 1, rest));
        return k % 2 === 0 ? term : build.neg(term);
      })
      .reduce((sum, term) => build.add(sum, term));
  return minor(
    0,
    Array.from({ length: rows }, (_, j) => j),
  );
}

/** Numbers of matrices. */
export const determinantDecoders: DecoderTable = {
  Det: { inputs: [1, 1], decode: determinant },
};
