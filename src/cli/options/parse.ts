import { most } from "../../spec/internal.js";
import { fail } from "../../tensor/errors.js";

// Texts that mean more than a value of their kind. Tables check with these; jobs read what was checked by the same.

const unreadable = (what: string, expected: string, text: string): Error =>
  fail("INVALID_ARGUMENT", { what, expected, received: JSON.stringify(text) });

/** JavaScript reads empty text as 0; here it is no number. */
const toNumber = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

/** Where initial states come from. */
export type StatesChoice =
  | { readonly kind: "normal" }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "file"; readonly reference: string };

/**
 * `normal`, `uniform:lo,hi` or `FILE[:key]`. A file that is called normal is written `./normal`.
 * @throws INVALID_ARGUMENT
 */
export function parseStates(text: string): StatesChoice {
  const expected =
    "normal, uniform:low,high with low < high, a CSV or .npy file, or a safetensors or .npz file with an optional :key";
  if (text === "normal") return { kind: "normal" };
  if (text === "") throw unreadable("states", expected, text);
  if (text !== "uniform" && !text.startsWith("uniform:")) return { kind: "file", reference: text };
  const [low, high] = text.slice("uniform:".length).split(",").map(toNumber);
  const isPair = text.split(",").length === 2 && Number.isFinite(low) && Number.isFinite(high);
  if (isPair && low !== undefined && high !== undefined && low < high) return { kind: "uniform", low, high };
  throw unreadable("states", expected, text);
}

/** A square region of the plane and how finely it is looked at. */
export interface GridChoice {
  readonly low: number;
  readonly high: number;
  /** Cells along a side. */
  readonly cells?: number | undefined;
}

/**
 * `-4,4` or `-4,4,200`.
 * @throws INVALID_ARGUMENT
 */
export function parseGrid(text: string): GridChoice {
  const expected = `LOW,HIGH with LOW < HIGH, and from 2 to ${most.cells} cells a side if you like, such as -4,4,200`;
  const numbers = text.split(",").map(toNumber);
  const [low = 0, high = 0, cells, ...more] = numbers.every(Number.isFinite) ? numbers : [];
  const hasCells = cells === undefined || (Number.isSafeInteger(cells) && cells >= 2 && cells <= most.cells);
  if (text.includes(",") && low < high && hasCells && more.length === 0) return { low, high, cells };
  throw unreadable("grid", expected, text);
}
