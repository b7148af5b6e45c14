import type { CompileOptions } from "../../runtime/index.js";
import { cast, fail, formatShape, isFloat, type Tensor } from "../../tensor/index.js";
import { type Field, stateType } from "../field/field.js";
import { type OptionNames, requestNames } from "../problem/option-names.js";
import type { StepControl } from "../step-control/step-control.js";
import type { CompiledSolveOptions } from "./compiled-solve.js";

/** What runs a program is asked. */
export const compileNames: OptionNames<CompileOptions> = {
  device: true,
  threads: true,
  hot: true,
  oneShot: true,
  parallel: true,
  worker: true,
};

/** What a compiled solve is asked. */
export const compiledSolveNames: OptionNames<CompiledSolveOptions> = { ...requestNames, ...compileNames };

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
      help: shape.includes("batch")
        ? undefined
        : `the field was exported for states ${formatShape(shape)} alone: leave the batch open, dynamic_axes={"z": {0: "batch"}, …}`,
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
 * Error control has to see something, and nothing that is not there.
 * @throws INVALID_ARGUMENT
 */
export function checkControlled(field: Field, control: Partial<StepControl>): void {
  const { toleranceColumns: columns, norm } = control;
  if (norm !== undefined)
    throw fail("INVALID_ARGUMENT", {
      what: "norm",
      expected: "none: compiled solves measure errors by their root mean square",
      received: "a custom norm",
    });
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

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves undefined members out, as exact optional properties want it. */
function definedOnly<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
