import type { CompileOptions } from "../../runtime/index.js";
import { cast, fail, formatShape, isFloat, type Tensor } from "../../tensor/index.js";
import { type Field, stateType } from "../field/field.js";
import type { Span } from "../problem/mesh.js";

/**
 * The initial state in the field's type.
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT for an empty batch.
 */
export function prepared(field: Field, z0: Tensor): Tensor {
  const { dtype, shape } = stateType(field);
  const fits =
    z0.shape.length === shape.length &&
    shape.every((size, axis) => size === "batch" || size === z0.shape[axis]);
  if (!fits || !isFloat(z0.dtype)) {
    throw fail("SHAPE_MISMATCH", {
      what: "initial state",
      expected: `${dtype}${formatShape(shape)}`,
      received: `${z0.dtype}${formatShape(z0.shape)}`,
    });
  }
  if (z0.data.length === 0)
    throw fail("INVALID_ARGUMENT", {
      what: "initial state",
      expected: "at least one sample",
      received: formatShape(z0.shape),
    });
  return cast(z0, dtype);
}

/**
 * A rule needs fixed steps.
 * @param expected what the rule would need instead.
 * @throws INVALID_ARGUMENT when there is one.
 */
export function refuseRule(
  rule: unknown,
  expected: string = NEEDED_BY_RULES,
  received = "step control",
): void {
  if (rule !== undefined) throw fail("INVALID_ARGUMENT", { what: "rule", expected, received });
}

const NEEDED_BY_RULES = "fixed steps (steps or mesh): a rule has no error estimate";

/**
 * Fixed steps control no error.
 * @throws INVALID_ARGUMENT when there are columns to control.
 */
export function refuseToleranceColumns(columns: number | undefined): void {
  if (columns === undefined) return;
  throw fail("INVALID_ARGUMENT", {
    what: "toleranceColumns",
    expected: "step control (rtol, atol): fixed steps control no error",
    received: "steps or mesh",
  });
}

/**
 * Error control has to see something, and nothing that is not there.
 * @throws INVALID_ARGUMENT
 */
export function checkControlled(field: Field, columns: number | undefined): void {
  const { shape } = stateType(field);
  const width = Number(shape.at(-1));
  if (columns === undefined || (Number.isInteger(columns) && columns >= 1 && columns <= width)) return;
  throw fail("INVALID_ARGUMENT", {
    what: "toleranceColumns",
    expected: `an integer from 1 to ${width}, the columns of the state ${formatShape(shape)}`,
    received: String(columns),
  });
}

/** What the runtime may see of the options: a worker thread can be sent no callbacks. */
export function runtimeOptions(options: CompileOptions): CompileOptions {
  const { device, threads, hot, oneShot, worker, parallel } = options;
  return definedOnly({ device, threads, hot, oneShot, worker, parallel });
}

/** First and last of the points. */
export function spanOf(points: readonly number[]): Span {
  const t0 = points[0] ?? 0;
  return [t0, points.at(-1) ?? t0];
}

export type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves undefined members out, as exact optional properties want it. */
export function definedOnly<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
