import type { Tensor } from "../tensor/index.js";

/** Points with the names of their coordinates: the content of a CSV file. */
export interface Table {
  /** One name a column. */
  readonly columns: readonly string[];
  /** float32 [n, d]. */
  readonly points: Tensor<"float32">;
}

/** The names of columns that have none: x0, x1, … */
export function defaultColumns(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `x${i}`);
}
