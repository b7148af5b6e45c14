import { cast, fail, formatShape, isFloat, sizeOf, type Tensor } from "../../tensor/index.js";
import { firstNonFinite } from "../../tensor/internal.js";

/** Whether only the numbers of rows differ, of which the field has a fixed one. */
const isOtherBatch = ([, ...inner]: readonly (number | string)[], [, ...given]: readonly number[]): boolean =>
  given.length > 0 && inner.length === given.length && inner.every((size, axis) => size === given[axis]);

/**
 * The tensor in the wanted type.
 * @throws SHAPE_MISMATCH; INVALID_ARGUMENT when empty; NON_FINITE.
 */
export function checked(
  value: Tensor,
  { dtype, shape }: Pick<Tensor, "dtype"> & { readonly shape: readonly (number | string)[] },
  rows: number,
  what: string,
): Tensor {
  const wanted = shape.map((size) => (size === "batch" ? rows : size));
  const fits =
    wanted.length === value.shape.length && wanted.every((size, axis) => size === value.shape[axis]);
  if (!fits || isFloat(value.dtype) !== isFloat(dtype)) {
    throw fail("SHAPE_MISMATCH", {
      what,
      expected: `${dtype}${formatShape(what.startsWith("--input") ? wanted : shape)}`,
      received: `${value.dtype}${formatShape(value.shape)}`,
      help:
        what.startsWith("--states") && isOtherBatch(wanted, value.shape)
          ? `the field was exported for ${wanted[0]} rows alone: leave the batch open, dynamic_axes={name: {0: "batch"}}`
          : "see `hypersolvers info` for the shapes that the field takes",
    });
  }
  if (sizeOf(value.shape) === 0) {
    throw fail("INVALID_ARGUMENT", {
      what,
      expected: "at least one sample",
      received: formatShape(value.shape),
      help: "give a file with at least one row",
    });
  }
  const bad = firstNonFinite(value);
  if (bad < 0) return cast(value, dtype);
  throw fail("NON_FINITE", {
    what: `${what}, element ${bad}`,
    expected: "finite numbers",
    received: String(value.data[bad]),
    help: "remove or repair these samples",
  });
}
