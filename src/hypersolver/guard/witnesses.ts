import { z } from "zod/mini";
import { type DType, sizeOf } from "../../tensor/index.js";
import { dtypes } from "../../tensor/internal.js";

/** Samples of a calibration with what was found of them, as plain JSON. */
export interface Witnesses {
  readonly z0: PlainTensor;
  readonly controls: Readonly<Record<string, PlainTensor>>;
  /** Of the reference. */
  readonly ends: PlainTensor;
  /** How far from them the solve ended. */
  readonly errors: readonly number[];
}

/** A tensor as plain JSON. */
export interface PlainTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const numbers = z.array(z.number());
const plainTensor: z.core.$ZodType<PlainTensor> = z
  .object({
    dtype: z.enum(dtypes),
    shape: z.array(z.int().check(z.gte(1))).check(z.minLength(1)),
    data: numbers,
  })
  .check(z.refine(({ shape, data }) => sizeOf(shape) === data.length, "as many numbers as the shape says"));

/** Checks witnesses that came from outside. */
export const witnessesSchema: z.core.$ZodType<Witnesses> = z.object({
  z0: plainTensor,
  controls: z.record(z.string(), plainTensor),
  ends: plainTensor,
  errors: numbers.check(z.minLength(1)),
});
