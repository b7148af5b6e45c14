import { fail } from "../../tensor/index.js";
import type { VectorField } from "../methods/algebra.js";
import { clampTo, type Span } from "../problem/mesh.js";

/**
 * A vector field written in JavaScript: (s, y) -> dy/ds, as many numbers as y has. `y` is lent: read it, do not write.
 * The returned array is copied, so a field may fill the same buffer at every call.
 */
export type PlainField = (s: number, y: Float64Array) => ArrayLike<number>;

/**
 * Makes a plain field safe to integrate: copies and checks what it returns, and keeps s inside the span, so that
 * rounding in s + dt never asks the user's function for a point beyond t0 or t1.
 * @param span where s may lie, or undefined for anywhere.
 * @throws (on calls) INVALID_ARGUMENT when the result is not array-like, SHAPE_MISMATCH when its length is wrong.
 */
export function checkedField(field: PlainField, span: Span | undefined): VectorField<Float64Array, number> {
  return (s, y) => copied(field(span === undefined ? s : clampTo(span, s), y), y.length);
}

function copied(k: ArrayLike<number>, length: number): Float64Array {
  if (typeof k !== "object" || k === null || typeof k.length !== "number") {
    throw fail("INVALID_ARGUMENT", {
      what: "field",
      expected: "a function that returns an array of numbers",
      received: k === null ? "null" : typeof k,
      help: "return dy/ds; an async function cannot be integrated",
    });
  }
  if (k.length !== length) {
    throw fail("SHAPE_MISMATCH", {
      what: "field",
      expected: `${length} numbers, as many as the state has`,
      received: `${k.length} numbers`,
    });
  }
  return Float64Array.from(k);
}

/** Index of the first NaN or infinite number; undefined when all are finite. */
export function firstBadIndex(values: Float64Array): number | undefined {
  const index = values.findIndex((value) => !Number.isFinite(value));
  return index === -1 ? undefined : index;
}
