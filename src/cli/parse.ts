import { unusable } from "./usage-error.js";

// Texts of the command line to values. Pure; every parser names its option when the text does not fit.

/** A parser of one option's text. */
export type Parser<T> = (option: string, text: string) => T;

const quoted = (text: string): string => JSON.stringify(text);

/** One finite number. Empty text is none, although JavaScript reads it as 0. */
export function parseNumber(option: string, text: string, expected = "a number"): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw unusable(option, expected, quoted(text));
}

/** One integer, such as a seed. */
export function parseInteger(option: string, text: string): number {
  const value = parseNumber(option, text, "an integer");
  if (Number.isSafeInteger(value)) return value;
  throw unusable(option, "an integer", quoted(text));
}

/** 1, 2, 3, … */
export function parseCount(option: string, text: string): number {
  const value = parseNumber(option, text, "a positive integer");
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw unusable(option, "a positive integer", quoted(text));
}

/** A tolerance or a weight: at least 0. */
export function parseNonNegative(option: string, text: string): number {
  const value = parseNumber(option, text, "a number, at least 0");
  if (value >= 0) return value;
  throw unusable(option, "a number, at least 0", quoted(text));
}

/** A number above 0, such as a learning rate. */
export function parsePositive(option: string, text: string): number {
  const value = parseNumber(option, text, "a number above 0");
  if (value > 0) return value;
  throw unusable(option, "a number above 0", quoted(text));
}

/** Numbers between commas: `0,0.5,1`. */
export function parseNumbers(option: string, text: string): number[] {
  return text.split(",").map((part) => parseNumber(option, part, "numbers between commas, such as 0,0.5,1"));
}

/** Positive integers between commas: `64,64`. */
export function parseCounts(option: string, text: string): number[] {
  const expected = "positive integers between commas, such as 64,64";
  return text.split(",").map((part) => {
    const value = parseNumber(option, part, expected);
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw unusable(option, expected, quoted(text));
  });
}

/** Tolerances between commas: `1e-3,1e-5`. */
export function parsePositives(option: string, text: string): number[] {
  const expected = "numbers above 0 between commas, such as 1e-3,1e-5";
  return text.split(",").map((part) => {
    const value = parseNumber(option, part, expected);
    if (value > 0) return value;
    throw unusable(option, expected, quoted(text));
  });
}

/** Start and end: `0,1`, or `1,0` to run backwards. */
export function parseSpan(option: string, text: string): readonly [number, number] {
  const expected = "two numbers t0,t1, such as 0,1";
  const parts = text.split(",");
  const [t0, t1] = parts.map((part) => parseNumber(option, part, expected));
  if (parts.length === 2 && t0 !== undefined && t1 !== undefined) return [t0, t1];
  throw unusable(option, expected, quoted(text), "for more output points use --times");
}

/** A range of positive numbers, `0.1,0.5`, or `none`. */
export function parseRangeOrNone(option: string, text: string): readonly [number, number] | null {
  if (text === "none") return null;
  const expected = "two step sizes low,high with 0 < low <= high, or none";
  const parts = text.split(",").map((part) => parseNumber(option, part, expected));
  const [low = 0, high = 0] = parts;
  if (parts.length === 2 && low > 0 && low <= high) return [low, high];
  throw unusable(option, expected, quoted(text));
}

/** Words between commas: `z,stages,epsilon`. */
export function parseNames(option: string, text: string): string[] {
  const names = text.split(",").map((part) => part.trim());
  if (names.every((name) => name !== "")) return names;
  throw unusable(option, "names between commas", quoted(text));
}

/** One of a few words. */
export function parseChoice<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw unusable(option, `one of ${choices.join(", ")}`, quoted(text));
}

/** `NAME=VALUE`; the value may itself have equal signs. */
export function parseAssignment(option: string, text: string, expected: string): readonly [string, string] {
  const at = text.indexOf("=");
  const [name, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at > 0 && name !== "" && value !== "") return [name, value];
  throw unusable(option, expected, quoted(text));
}

/** Names of a model's inputs and output by role. */
export interface NameMap {
  readonly z?: string;
  readonly s?: string;
  readonly dz?: string;
}

/** `z=INPUT,s=INPUT,dz=OUTPUT`, in any order and number. */
export function parseInputMap(option: string, text: string): NameMap {
  const expected = "roles with names, such as z=x0,s=t,dz=velocity";
  const pairs = text.split(",").map((part) => parseAssignment(option, part, expected));
  for (const [role] of pairs)
    if (!["z", "s", "dz"].includes(role)) throw unusable(option, expected, quoted(text));
  return Object.fromEntries(pairs);
}

/** Where initial states come from. */
export type StatesChoice =
  | { readonly kind: "normal" }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "file"; readonly reference: string };

/** `normal`, `uniform:lo,hi` or `FILE[:key]`. A file that is called normal is written `./normal`. */
export function parseStates(option: string, text: string): StatesChoice {
  const expected = "normal, uniform:low,high with low < high, or a safetensors file with an optional :key";
  if (text === "normal") return { kind: "normal" };
  if (text === "") throw unusable(option, expected, quoted(text));
  if (text !== "uniform" && !text.startsWith("uniform:")) return { kind: "file", reference: text };
  const parts = text
    .slice("uniform:".length)
    .split(",")
    .map((part) => parseNumber(option, part, expected));
  const [low = 0, high = 0] = parts;
  if (parts.length === 2 && low < high) return { kind: "uniform", low, high };
  throw unusable(option, expected, quoted(text));
}
