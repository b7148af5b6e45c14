import type { Tolerances } from "../../ode/index.js";
import type { NonStationarySpec, ReversibleSpec, TableauMethodSpec } from "../../ode/internal.js";
import {
  isGridText,
  isHyperText,
  isSolverFileText,
  parseGrid,
  parseTableauMethod,
  requireMethodName,
  requireTableauName,
  splitMethods,
  splitReversible,
} from "../../ode/specs.js";
import { fail } from "../../tensor/errors.js";
import type { StudentSpec } from "../student/student-method.js";
import type { HyperSpec } from "./hyper.js";

/** Any method of the library as plain JSON. */
export type AnyMethodSpec =
  | TableauMethodSpec
  | HyperSpec
  | NonStationarySpec
  | StudentSpec
  | ReversibleSpec<HyperSpec | NonStationarySpec>;

/**
 * Reads the spelling of any method: that of tableaus (`heun:4`, `dopri5@1e-5`), and `hyper:FILE:STEPS`, where
 * `hyper-BASE:FILE:STEPS` takes another base, `ns:FILE` and `student:FILE`; all but step control and students also behind
 * `reversible-`. Without steps, those that the correction was fitted to.
 * @param tolerances where the text says none. Default: rtol 1e-7, atol 1e-9.
 * @throws INVALID_ARGUMENT
 */
export function parseMethodSpec(text: string, tolerances?: Tolerances): AnyMethodSpec {
  const wrapped = splitReversible(text);
  if (wrapped !== undefined && isLearnedText(wrapped.base)) {
    const base = parseLearned(wrapped.base);
    if (base.kind !== "student") return { ...wrapped.spec, base };
    throw misspelled(text, "a method that makes steps behind reversible-");
  }
  return isLearnedText(text) ? parseLearned(text) : parseTableauMethod(text, tolerances);
}

const isLearnedText = (text: string): boolean => isSolverFileText(text) || isHyperText(text);

/** The spelling of something that was learned. */
function parseLearned(text: string): HyperSpec | NonStationarySpec | StudentSpec {
  if (isSolverFileText(text)) return parseSolverFile(text);
  const [, base, rest = ""] = /^hyper(?:-([^:]+))?:(.+)$/s.exec(text.trim()) ?? [];
  const [, file, last = ""] = /^(?:(.+):)?([^:]*)$/s.exec(rest) ?? [];
  const named = base === undefined ? {} : { base };
  if (isGridText(last))
    return {
      kind: "hyper",
      ...named,
      correction: file,
      grid: parseGrid(last, text),
    };
  if (rest !== "") return { kind: "hyper", ...named, correction: rest };
  throw misspelled(text, "hyper:FILE:STEPS, such as hyper:correction.onnx:2");
}

/** `ns:FILE`, or `ns:FILE:STEPS` to apply the coefficients to each of so many steps; `student:FILE`. */
function parseSolverFile(text: string): NonStationarySpec | StudentSpec {
  const [, word, name = "", last = ""] = /^(ns|student):(.*?)(?::([^:]*))?$/s.exec(text.trim()) ?? [];
  if (name === "") throw misspelled(text, "ns:FILE or student:FILE, such as ns:coefficients.json");
  const kind = word === "student" ? word : "non-stationary";
  if (isGridText(last)) return { kind, file: name, grid: parseGrid(last, text) };
  return { kind, file: last === "" ? name : `${name}:${last}` };
}

const misspelled = (text: string, expected: string): Error =>
  fail("INVALID_ARGUMENT", { what: "method", expected, received: JSON.stringify(text) });

/**
 * Checks the spelling of a method, or its bare name, whose steps or tolerances are said beside it. Names have to be those of
 * the library; files are not looked for.
 * @throws INVALID_ARGUMENT
 */
export function checkMethodText(text: string): void {
  if (/[:@]/.test(text)) requireNames(parseMethodSpec(text));
  else if (!isHyperText(text)) requireMethodName(text.trim());
}

/**
 * The same for a list between commas, without bare names.
 * @throws INVALID_ARGUMENT
 */
export const checkMethodsText = (text: string): void => {
  for (const each of splitMethods(text)) requireNames(parseMethodSpec(each));
};

function requireNames(spec: AnyMethodSpec): void {
  if (spec.kind === "reversible") requireNames(spec.base);
  else if (spec.kind === "hyper") {
    if (typeof spec.base === "string") requireTableauName(spec.base);
  } else if (spec.kind === "fixed" || spec.kind === "adaptive") {
    if (typeof spec.tableau === "string") requireMethodName(spec.tableau);
  }
}
