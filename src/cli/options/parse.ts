import { unusable } from "./usage-error.js";

// Texts of the command line to values. Pure; every parser names its option when the text does not fit.

/** A parser of one option's text. */
export type Parser<T> = (option: string, text: string) => T;

const quoted = (text: string): string => JSON.stringify(text);

/** JavaScript reads empty text as 0; here it is no number. */
const toNumber = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

type Law = (value: number) => boolean;
const isCount: Law = (value) => Number.isSafeInteger(value) && value > 0;
const isPositive: Law = (value) => value > 0;

function oneNumber(option: string, text: string, expected: string, holds: Law): number {
  const value = toNumber(text);
  if (Number.isFinite(value) && holds(value)) return value;
  throw unusable(option, expected, quoted(text));
}

/** Numbers between commas: at least one, or exactly as many as `length` says. */
function severalNumbers(
  option: string,
  text: string,
  expected: string,
  holds: Law,
  length?: number,
): number[] {
  const values = text.split(",").map(toNumber);
  const fits = length === undefined || values.length === length;
  if (fits && values.every((value) => Number.isFinite(value) && holds(value))) return values;
  throw unusable(option, expected, quoted(text));
}

/** One integer, such as a seed. */
export const parseInteger: Parser<number> = (option, text) =>
  oneNumber(option, text, "an integer", Number.isSafeInteger);

/** 1, 2, 3, … */
export const parseCount: Parser<number> = (option, text) =>
  oneNumber(option, text, "a positive integer", isCount);

/** More are drawn by several commands with other seeds: one command keeps all of them in memory. */
const MOST_SAMPLES = 10_000_000;

/** How many samples, states or trajectories. */
export const parseSampleCount: Parser<number> = (option, text) =>
  oneNumber(
    option,
    text,
    `a positive integer, at most ${MOST_SAMPLES}`,
    (value) => isCount(value) && value <= MOST_SAMPLES,
  );

/** A tolerance or a weight. */
export const parseNonNegative: Parser<number> = (option, text) =>
  oneNumber(option, text, "a number, at least 0", (value) => value >= 0);

/** Such as a learning rate. */
export const parsePositive: Parser<number> = (option, text) =>
  oneNumber(option, text, "a number above 0", isPositive);

/** `0,0.5,1` */
export const parseNumbers: Parser<number[]> = (option, text) =>
  severalNumbers(option, text, "numbers between commas, such as 0,0.5,1", () => true);

/** `64,64` */
export const parseCounts: Parser<number[]> = (option, text) =>
  severalNumbers(option, text, "positive integers between commas, such as 64,64", isCount);

/** `1e-3,1e-5` */
export const parsePositives: Parser<number[]> = (option, text) =>
  severalNumbers(option, text, "numbers above 0 between commas, such as 1e-3,1e-5", isPositive);

/** Start and end: `0,1`, or `1,0` to run backwards. */
export function parseSpan(option: string, text: string): readonly [number, number] {
  const expected = "two numbers t0,t1, such as 0,1";
  const [t0 = 0, t1 = 0] = severalNumbers(option, text, expected, () => true, 2);
  return [t0, t1];
}

/** A range of positive numbers, `0.1,0.5`, or `none`. */
export function parseRangeOrNone(option: string, text: string): readonly [number, number] | "none" {
  if (text === "none") return "none";
  const expected = "two step sizes low,high with 0 < low <= high, or none";
  const [low = 0, high = 0] = severalNumbers(option, text, expected, isPositive, 2);
  if (low <= high) return [low, high];
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
  const expected =
    "normal, uniform:low,high with low < high, a CSV file, or a safetensors file with an optional :key";
  if (text === "normal") return { kind: "normal" };
  if (text === "") throw unusable(option, expected, quoted(text));
  if (text !== "uniform" && !text.startsWith("uniform:")) return { kind: "file", reference: text };
  const [low, high] = text.slice("uniform:".length).split(",").map(toNumber);
  const isPair = text.split(",").length === 2 && Number.isFinite(low) && Number.isFinite(high);
  if (isPair && low !== undefined && high !== undefined && low < high) return { kind: "uniform", low, high };
  throw unusable(option, expected, quoted(text));
}

/** A square region of the plane and how finely it is looked at. */
export interface GridChoice {
  readonly low: number;
  readonly high: number;
  /** Cells along a side. */
  readonly cells?: number;
}

/** `-4,4` or `-4,4,200`. */
export function parseGrid(option: string, text: string): GridChoice {
  const expected = "LOW,HIGH with LOW < HIGH, and a number of cells a side if you like, such as -4,4,200";
  const [low = 0, high = 0, cells, ...more] = severalNumbers(option, text, expected, () => true);
  const hasCells = cells === undefined || (isCount(cells) && cells >= 2 && cells <= 2000);
  if (text.includes(",") && low < high && hasCells && more.length === 0)
    return { low, high, ...(cells !== undefined && { cells }) };
  throw unusable(option, expected, quoted(text));
}

/** A parser of file names with one of these endings, such as `.svg`. */
export const parseFileEnding =
  (endings: readonly string[]): Parser<string> =>
  (option, text) => {
    if (endings.some((ending) => text.toLowerCase().endsWith(ending) && text.length > ending.length))
      return text;
    throw unusable(option, `the name of a file that ends in ${endings.join(" or ")}`, quoted(text));
  };

/** Names of base distributions. Where a shell minds parentheses, `student-t:5` means `student-t(5)`. */
export const parseBase: Parser<string> = (_, text) => text.replace(/^student-t:(\d+)$/, "student-t($1)");
