import type { Pair } from "../graph/index.js";
import { fail } from "../tensor/index.js";

/** One number for rows and columns alike, or [rows, columns]. */
export type Sides = number | Pair;

export const pairOf = (sides: Sides): Pair => (typeof sides === "number" ? [sides, sides] : sides);

/** The same padding on both ends of each axis: top, left, bottom, right. */
export const evenPads = (padding: Sides): readonly [number, number, number, number] => {
  const [rows, columns] = pairOf(padding);
  return [rows, columns, rows, columns];
};

/** @throws INVALID_ARGUMENT unless all are positive integers. */
export function requirePositive(what: string, values: Readonly<Record<string, number | Pair>>): void {
  const wrong = Object.entries(values).filter(([, value]) =>
    [value].flat().some((number) => !Number.isInteger(number) || number < 1),
  );
  if (wrong.length === 0) return;
  throw fail("INVALID_ARGUMENT", {
    what,
    expected: "positive integers",
    received: wrong.map(([name, value]) => `${name} ${value}`).join(", "),
  });
}
