import { fromNumbers, isFloat, sizeOf } from "../../../tensor/index.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { axisOfSamples } from "./any-batch.js";
import { rowNumbersOf } from "./row-numbers.js";
import type { Folded } from "./value.js";

/**
 * Stored numbers that a file of a fixed batch made for its samples, for any batch: the same for all, as of
 * `torch.zeros(b, d)`, or integers first + step·row, as of `torch.arange(b)` and of positions that are assigned to.
 * @returns undefined where the file is not freed, or the numbers differ in another way.
 */
export function forSamples({ dtype, shape, entries }: Folded, source: Node | undefined): Node | undefined {
  const axis = axisOfSamples(shape, source);
  if (axis === undefined || source === undefined) return undefined;
  const [rows = 1, ...inner] = shape.slice(axis);
  const width = sizeOf(inner);
  const data = entries.map(Number);
  const at = (place: number, row: number): number =>
    data[(Math.floor(place / width) * rows + row) * width + (place % width)] ?? 0;
  const places = Array.from({ length: data.length / rows }, (_, place) => place);
  const first = places.map((place) => at(place, 0));
  const steps = places.map((place) => at(place, 1) - at(place, 0));
  const isLinear = places.every((place, i) =>
    Array.from({ length: rows }, (_, row) => row).every(
      (row) => at(place, row) === (first[i] ?? 0) + row * (steps[i] ?? 0),
    ),
  );
  const isSame = steps.every((step) => step === 0);
  if (!isLinear || (!isSame && (isFloat(dtype) || rows < 3))) return undefined;
  const one = shape.map((size, other) => (other === axis ? 1 : size));
  const base = build.constant(fromNumbers(first, one, dtype));
  const whole = shape.map((size, other) => (other === axis ? ("batch" as const) : size));
  if (isSame) return build.expand(base, whole, source);
  const numbers = build.reshape(
    rowNumbersOf(source),
    shape.map((_, other) => (other === axis ? "batch" : 1)),
  );
  return build.add(build.mul(numbers, build.constant(fromNumbers(steps, one, dtype))), base);
}
