import type { Kind } from "./kind.js";

/** The known name that was probably meant, if one is near: other case or hyphens, or a few letters off. */
export function suggestionFor(name: string, known: readonly string[]): string | undefined {
  const same = known.find((each) => plain(each) === plain(name));
  if (same !== undefined) return same;
  const most = Math.max(1, Math.floor(name.length / 3));
  const near = known
    .map((each) => ({ each, distance: editDistance(plain(name), plain(each)) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.each;
}

/** `did you mean heun?`, where a known name is near. */
export function meantAdvice(name: string, known: readonly string[]): string | undefined {
  const near = suggestionFor(name, known);
  return near && `did you mean ${near}?`;
}

/** The same for a value that is none of a kind's choices, or a list with one. */
export function adviceOn(kind: Kind, value: unknown): string | undefined {
  if (kind.type === "list" && Array.isArray(value)) {
    const found = value.map((each) => adviceOn(kind.of, each));
    return found.find((advice) => advice !== undefined);
  }
  if (typeof value !== "string") return undefined;
  if (kind.type === "either")
    return kind.of.map((each) => adviceOn(each, value)).find((advice) => advice !== undefined);
  return kind.type === "choice" && !kind.of.includes(value) ? meantAdvice(value, kind.of) : undefined;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_ ]/g, "");

/** Letters to insert, delete, replace or swap with their neighbor (Damerau, 1964; no letter twice). */
export function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped));
    }
  }
  return at(a.length, b.length);
}
