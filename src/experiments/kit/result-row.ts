import { type Broken, isBroken } from "../../tensor/index.js";

/** What identifies a row: the method, its steps, the case. */
export type RowKey = Readonly<Record<string, string | number>>;

/** Numbers of a run under a key, in the form in which runs with other seeds can be joined to it. */
export interface ResultRow {
  readonly key: RowKey;
  readonly outcome: Readonly<Record<string, number>> | Broken;
}

/** Measurements of the same thing with different seeds. */
export interface Spread {
  readonly mean: number;
  /** The sample's standard deviation (n − 1 degrees of freedom); unknown from one seed. */
  readonly deviation?: number;
  /** Seeds that have the number. */
  readonly n: number;
}

/** The rows of several seeds under one key. */
export interface JoinedRow {
  readonly key: RowKey;
  readonly values: Readonly<Record<string, Spread>>;
  /** Seeds with which it broke, and why with the first; absent where there is none. */
  readonly broken: (Broken & { readonly seeds: number }) | undefined;
}

/** A row of what was measured, or of why it could not be. @param numbersOf those of a method that did not break. */
export const resultRow = <Measured extends object>(
  key: RowKey,
  row: Measured | Broken,
  numbersOf: (row: Measured) => Readonly<Record<string, number>>,
): ResultRow => ({ key, outcome: isBroken(row) ? brokenOf(row) : numbersOf(row) });

/** What a row says of a method that broke, without what else the row has. */
export const brokenOf = ({ broken, reason }: Broken): Broken => ({ broken, reason });

/** Joins rows by key, in the order in which keys come up. */
export function joinRows(runs: readonly (readonly ResultRow[])[]): JoinedRow[] {
  const groups = new Map<string, ResultRow[]>();
  for (const row of runs.flat()) {
    const name = JSON.stringify(row.key);
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups.values()].map(joined);
}

function joined(rows: readonly ResultRow[]): JoinedRow {
  const values: Record<string, number[]> = {};
  const broken: Broken[] = [];
  for (const { outcome } of rows) {
    if (isBroken(outcome)) broken.push(outcome);
    else for (const [name, value] of Object.entries(outcome)) values[name] = [...(values[name] ?? []), value];
  }
  const [first] = broken;
  return {
    key: rows[0]?.key ?? {},
    values: Object.fromEntries(Object.entries(values).map(([name, all]) => [name, spreadOf(all)])),
    broken: first && { ...first, seeds: broken.length },
  };
}

/** @param values at least one. */
export function spreadOf(values: readonly number[]): Spread {
  const n = values.length;
  const mean = values.reduce((total, value) => total + value, 0) / n;
  if (n < 2) return { mean, n };
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (n - 1)), n };
}
