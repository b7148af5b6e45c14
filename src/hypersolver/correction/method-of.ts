import { z } from "zod";
import {
  type ButcherTableau,
  defineTableau,
  type Method,
  type NonStationaryMethod,
  nonStationary,
  type Tolerances,
  tableauNamed,
} from "../../ode/index.js";
import {
  gridSchema,
  isGridText,
  isHyperText,
  isNonStationaryText,
  type NonStationarySpec,
  nonStationarySchema,
  parseGrid,
  parseTableauMethod,
  type ReversibleSpec,
  reversibleOf,
  reversibleSchema,
  splitReversible,
  type TableauMethodSpec,
  tableauMethodOf,
  tableauMethodSchema,
  tableauSpecSchema,
} from "../../ode/internal.js";
import { fail } from "../../tensor/index.js";
import type { CorrectedMethod } from "../learned/corrected-method.js";
import type { Correction } from "./correction.js";
import { type HyperSpec, hyper } from "./hyper.js";
import { rebindCorrection } from "./rebind.js";

/** Any method of the library as plain JSON. */
export type AnyMethodSpec =
  | TableauMethodSpec
  | HyperSpec
  | NonStationarySpec
  | ReversibleSpec<HyperSpec | NonStationarySpec>;

const learnedSchema = z.union([
  nonStationarySchema,
  z.strictObject({
    kind: z.literal("hyper"),
    base: tableauSpecSchema.exactOptional(),
    correction: z.string().optional(),
    grid: gridSchema.exactOptional(),
  }),
]);

/** Checks a spec that came from outside. */
export const methodSpecSchema: z.ZodType<AnyMethodSpec> = z.union([
  tableauMethodSchema,
  learnedSchema,
  reversibleSchema(learnedSchema),
]);

/** The JSON of a method, where it is of a kind that `methodOf` reads; a method of somebody's own may be of another. */
export const knownSpec = ({ spec }: Method): AnyMethodSpec | undefined =>
  methodSpecSchema.safeParse(spec).data;

/**
 * Finds the corrections that specs name: this library reads no files by itself.
 * @param name undefined where the spec names none.
 */
type Corrections = (name: string | undefined) => Correction;

/** Finds coefficients, with corrections on top or without, by the name that a spec gives, usually a file's. */
export type Coefficients = (name: string | undefined) => NonStationaryMethod | CorrectedMethod;

const noCoefficients: Coefficients = (name) => {
  throw fail("INVALID_ARGUMENT", {
    what: "method",
    expected: "a method without a file of coefficients, or a way to find it",
    received: name ?? "coefficients without a name",
  });
};

const noCorrections: Corrections = (name) => {
  throw fail("INVALID_ARGUMENT", {
    what: "method",
    expected: "a method without correction, or a way to find it",
    received: name ?? "a correction without a name",
  });
};

/**
 * The method that a spec describes. A base other than the correction's own rebinds it, see `rebindCorrection`.
 * @throws INVALID_ARGUMENT when the library does not know its tableau, or the tableau cannot do it; CARD_MISMATCH when
 *   the correction does not go with the base; what `corrections` and `coefficients` throw.
 */
export function methodOf(
  spec: AnyMethodSpec,
  corrections: Corrections = noCorrections,
  coefficients: Coefficients = noCoefficients,
): Method {
  if (spec.kind === "reversible") return reversibleOf(spec, methodOf(spec.base, corrections, coefficients));
  if (spec.kind === "non-stationary") return nonStationaryOf(spec, coefficients);
  if (spec.kind !== "hyper") return tableauMethodOf(spec);
  const found = corrections(spec.correction);
  const correction = spec.base === undefined ? found : onBase(found, spec.base);
  return hyper(correction, spec.grid, spec.correction === undefined ? {} : { file: spec.correction });
}

function nonStationaryOf(
  spec: NonStationarySpec,
  found: Coefficients,
): NonStationaryMethod | CorrectedMethod {
  const { coefficients, file, grid } = spec;
  if (coefficients !== undefined && grid !== undefined) return nonStationary(coefficients, grid);
  const own = found(file);
  return grid === undefined ? own : own.withGrid(grid);
}

function onBase(correction: Correction, wanted: NonNullable<HyperSpec["base"]>): Correction {
  if (wanted === correction.base.name) return correction;
  const base: ButcherTableau = typeof wanted === "string" ? tableauNamed(wanted) : defineTableau(wanted);
  return base.name === correction.base.name ? correction : rebindCorrection(correction, base);
}

/**
 * Reads the spelling of any method: that of tableaus (`heun:4`, `dopri5@1e-5`), and `hyper:FILE:STEPS`, where
 * `hyper-BASE:FILE:STEPS` takes another base, and `ns:FILE`; all but step control also behind `reversible-`. Without steps, those that the correction was fitted to.
 * @param tolerances where the text says none. Default: rtol 1e-7, atol 1e-9.
 * @throws INVALID_ARGUMENT
 */
export function parseMethodSpec(text: string, tolerances?: Tolerances): AnyMethodSpec {
  const wrapped = splitReversible(text);
  if (wrapped !== undefined && isLearnedText(wrapped.base))
    return { ...wrapped.spec, base: parseLearned(wrapped.base) };
  return isLearnedText(text) ? parseLearned(text) : parseTableauMethod(text, tolerances);
}

const isLearnedText = (text: string): boolean => isNonStationaryText(text) || isHyperText(text);

/** The spelling of a correction or of coefficients. */
function parseLearned(text: string): HyperSpec | NonStationarySpec {
  if (isNonStationaryText(text)) return parseNonStationary(text);
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
  throw fail("INVALID_ARGUMENT", {
    what: "method",
    expected: "hyper:FILE:STEPS, such as hyper:correction.onnx:2",
    received: JSON.stringify(text),
  });
}

/** `ns:FILE`, or `ns:FILE:STEPS` to apply the coefficients to each of so many steps. */
function parseNonStationary(text: string): NonStationarySpec {
  const [, file = "", last = ""] = /^ns:(.*?)(?::([^:]*))?$/s.exec(text.trim()) ?? [];
  if (file === "")
    throw fail("INVALID_ARGUMENT", {
      what: "method",
      expected: "ns:FILE, such as ns:coefficients.json",
      received: JSON.stringify(text),
    });
  if (isGridText(last)) return { kind: "non-stationary", file, grid: parseGrid(last, text) };
  return { kind: "non-stationary", file: last === "" ? file : `${file}:${last}` };
}

/** `parseMethodSpec` and `methodOf` in one. */
export const parseMethod = (
  text: string,
  corrections?: Corrections,
  tolerances?: Tolerances,
  coefficients?: Coefficients,
): Method => methodOf(parseMethodSpec(text, tolerances), corrections, coefficients);
