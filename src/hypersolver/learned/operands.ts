import { add, div, exp, maximum, minimum, mul, type Operand, sub } from "../../graph/index.js";

/*
 * Arithmetic of numbers that may be nodes: of numbers alone, numbers. What changes nothing makes no node.
 */

export function plus(a: Operand, b: Operand): Operand {
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (a === 0) return b;
  return b === 0 ? a : add(a, b);
}

export const minus = (a: Operand, b: Operand): Operand =>
  typeof a === "number" && typeof b === "number" ? a - b : sub(a, b);

export function times(a: Operand, b: Operand): Operand {
  if (typeof a === "number" && typeof b === "number") return a * b;
  if (a === 0 || b === 0) return 0;
  if (a === 1) return b;
  return b === 1 ? a : mul(a, b);
}

export function over(a: Operand, b: Operand): Operand {
  if (typeof a === "number" && typeof b === "number") return a / b;
  return b === 1 || a === 0 ? a : div(a, b);
}

export const exponential = (a: Operand): Operand => (typeof a === "number" ? Math.exp(a) : exp(a));

/** A share of the span. */
export const inSpan = (time: Operand): Operand =>
  typeof time === "number" ? Math.min(1, Math.max(0, time)) : maximum(minimum(time, 1), 0);
