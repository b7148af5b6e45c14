import type { Tensor } from "../tensor/index.js";

/** Points with the names of their coordinates: the content of a CSV file. */
export interface Table {
  /** One name a column. */
  readonly columns: readonly string[];
  /** float64 [n, d]: seconds since 1970 need more digits than float32 has. */
  readonly points: Tensor<"float64">;
}

/** The names of columns that have none: x0, x1, … */
export function defaultColumns(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `x${i}`);
}
