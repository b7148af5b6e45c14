import type { NumberList } from "../figure.js";

/** Numbers on a regular grid. */
export interface Cells {
  readonly columns: number;
  readonly rows: number;
  /** Shape [rows, columns], lowest row first. */
  readonly values: NumberList;
}
