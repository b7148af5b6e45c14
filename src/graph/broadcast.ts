import { fail, formatShape, type Shape, sizeOf } from "../tensor/index.js";
import { stridesOf } from "../tensor/internal.js";
import type { Extent, SymbolicShape } from "./tensor-type.js";

/**
 * The common shape of several under NumPy's broadcasting rules.
 * @throws SHAPE_MISMATCH naming all shapes.
 */
export function broadcastShapes(shapes: readonly SymbolicShape[], what: string): SymbolicShape {
  const rank = shapes.reduce((most, shape) => Math.max(most, shape.length), 0);
  const result: Extent[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const extents = new Set(shapes.map((shape) => shape[axis - rank + shape.length] ?? 1));
    extents.delete(1);
    if (extents.size > 1) {
      throw fail("SHAPE_MISMATCH", {
        what,
        expected: "shapes that broadcast together",
        received: shapes.map(formatShape).join(" and "),
      });
    }
    result.push([...extents][0] ?? 1);
  }
  return result;
}

/** Axes of `wide` along which `narrow` was repeated, as [axis in wide]. Missing leading axes count. */
export function repeatedAxes(narrow: SymbolicShape, wide: SymbolicShape): number[] {
  const offset = wide.length - narrow.length;
  return [...wide.keys()].filter(
    (axis) => axis < offset || (narrow[axis - offset] === 1 && wide[axis] !== 1),
  );
}

/**
 * Calls `visit(flat index in shape, flat index in source)` for every element of `shape`,
 * where `source` broadcasts to `shape`.
 */
export function forEachBroadcast(
  source: Shape,
  shape: Shape,
  visit: (to: number, from: number) => void,
): void {
  const offset = shape.length - source.length;
  const sourceStrides = stridesOf(source);
  const strides = shape.map((_, axis) =>
    axis < offset || source[axis - offset] === 1 ? 0 : (sourceStrides[axis - offset] ?? 0),
  );
  forEachStrided(shape, strides, visit);
}

/** Walks `shape` in row-major order while following `strides` in another array. */
export function forEachStrided(
  shape: Shape,
  strides: Shape,
  visit: (to: number, from: number) => void,
): void {
  const total = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < total; to++) {
    visit(to, from);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      from += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      from -= next * (strides[axis] ?? 0);
    }
  }
}
