import { concatColumns, constant, cos, mul, type Node, type Operand, reshape, sin } from "../graph/index.js";
import { fail, formatShape, tensor } from "../tensor/index.js";

/** How finely a sinusoidal embedding tells times apart. */
export interface SinusoidOptions {
  /** Numbers a time; even. */
  readonly size: number;
  /** Radians per unit of time of the fastest pair; the slowest has 1. Default 100. */
  readonly fastest?: number;
}

/**
 * sin(ω_k s), then cos(ω_k s), with ω_k in geometric steps from 1 to `fastest`: how networks see the time.
 * Source: A. Vaswani et al., Attention Is All You Need, 2017, section 3.5.
 * @param s one time for all (a number, or a node of one element), or one a sample, [n] or [n, 1].
 * @returns [1, size] or [n, size].
 * @throws INVALID_ARGUMENT for a size that is odd or below 2; SHAPE_MISMATCH for another s.
 */
export function sinusoids(s: Operand, { size, fastest = 100 }: SinusoidOptions): Node {
  if (!(Number.isSafeInteger(size) && size >= 2 && size % 2 === 0))
    throw fail("INVALID_ARGUMENT", {
      what: "sinusoids: size",
      expected: "an even number, at least 2",
      received: String(size),
    });
  const half = size / 2;
  const steps = Math.max(1, half - 1);
  const rates = Float32Array.from({ length: half }, (_, k) => fastest ** (k / steps));
  const angles = mul(timeColumn(s), constant(tensor("float32", [1, half], rates)));
  return concatColumns([sin(angles), cos(angles)]);
}

/** [1, 1] or [n, 1]. */
function timeColumn(s: Operand): Node {
  const node = typeof s === "number" ? constant(s) : s;
  const [rows = 1, ...rest] = node.shape;
  if (rest.every((extent) => extent === 1)) return reshape(node, [rows, 1]);
  throw fail("SHAPE_MISMATCH", {
    what: "sinusoids",
    expected: "one time, or one a sample",
    received: formatShape(node.shape),
  });
}
