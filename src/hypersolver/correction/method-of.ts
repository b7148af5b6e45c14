import { z } from "zod/mini";
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
  type NonStationarySpec,
  nonStationarySchema,
  reversibleOf,
  reversibleSchema,
  tableauMethodOf,
  tableauMethodSchema,
  tableauSpecSchema,
} from "../../ode/internal.js";
import { fail } from "../../tensor/index.js";
import type { CorrectedMethod } from "../learned/corrected-method.js";
import { isStudent, type StudentMethod, type StudentSpec } from "../student/student-method.js";
import type { Correction } from "./correction.js";
import { type HyperSpec, hyper } from "./hyper.js";
import { type AnyMethodSpec, parseMethodSpec } from "./method-text.js";
import { rebindCorrection } from "./rebind.js";

const learnedSchema = z.union([
  nonStationarySchema,
  z.strictObject({
    kind: z.literal("hyper"),
    base: z.exactOptional(tableauSpecSchema),
    correction: z.optional(z.string()),
    grid: z.exactOptional(gridSchema),
  }),
]);

const studentSchema: z.core.$ZodType<StudentSpec> = z.strictObject({
  kind: z.literal("student"),
  file: z.exactOptional(z.string()),
  grid: z.exactOptional(gridSchema),
});

/** Checks a spec that came from outside. */
export const methodSpecSchema: z.core.$ZodType<AnyMethodSpec> = z.union([
  tableauMethodSchema,
  learnedSchema,
  studentSchema,
  reversibleSchema(learnedSchema),
]);

/** The JSON of a method, where it is of a kind that `methodOf` reads; a method of somebody's own may be of another. */
export const knownSpec = ({ spec }: Method): AnyMethodSpec | undefined =>
  z.safeParse(methodSpecSchema, spec).data;

/**
 * Finds the corrections that specs name: this library reads no files by itself.
 * @param name undefined where the spec names none.
 */
type Corrections = (name: string | undefined) => Correction;

/** Finds coefficients, with corrections on top or without, or a student, by the name that a spec gives, usually a file's. */
export type Coefficients = (
  name: string | undefined,
) => NonStationaryMethod | CorrectedMethod | StudentMethod;

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
  if (spec.kind === "non-stationary" || spec.kind === "student") return ofFile(spec, coefficients);
  if (spec.kind !== "hyper") return tableauMethodOf(spec);
  const found = corrections(spec.correction);
  const correction = spec.base === undefined ? found : onBase(found, spec.base);
  return hyper(correction, spec.grid, spec.correction === undefined ? {} : { file: spec.correction });
}

/** @throws INVALID_ARGUMENT where the file has the other of the two. */
function ofFile(
  spec: NonStationarySpec | StudentSpec,
  found: Coefficients,
): NonStationaryMethod | CorrectedMethod | StudentMethod {
  const { kind, file, grid } = spec;
  if (kind === "non-stationary" && spec.coefficients !== undefined && grid !== undefined)
    return nonStationary(spec.coefficients, grid);
  const own = found(file);
  if (isStudent(own) === (kind === "student")) return grid === undefined ? own : own.withGrid(grid);
  const [wanted, actual] = kind === "student" ? ["student", "ns"] : ["ns", "student"];
  throw fail("INVALID_ARGUMENT", {
    what: "method",
    expected: `${actual}:${file ?? "FILE"}: that is what the file has`,
    received: `${wanted}:${file ?? "FILE"}`,
  });
}

function onBase(correction: Correction, wanted: NonNullable<HyperSpec["base"]>): Correction {
  if (wanted === correction.base.name) return correction;
  const base: ButcherTableau = typeof wanted === "string" ? tableauNamed(wanted) : defineTableau(wanted);
  return base.name === correction.base.name ? correction : rebindCorrection(correction, base);
}

/** `parseMethodSpec` and `methodOf` in one. */
export const parseMethod = (
  text: string,
  corrections?: Corrections,
  tolerances?: Tolerances,
  coefficients?: Coefficients,
): Method => methodOf(parseMethodSpec(text, tolerances), corrections, coefficients);
