import { type DType, fail, type Random, type Tensor } from "../tensor/index.js";
import { pickRows } from "../tensor/internal.js";

/** Shares of the rows that training does not see, each in (0, 1), together below 1. */
export interface SplitShares {
  /** For choosing the best state during training. */
  readonly validation: number;
  /** For the figures that are reported. */
  readonly heldOut: number;
}

/** Rows in random order, each row of the whole in exactly one part. */
export interface Split<D extends DType = DType> {
  readonly training: Tensor<D>;
  readonly validation: Tensor<D>;
  readonly heldOut: Tensor<D>;
}

const FEWEST_ROWS = 10;

/**
 * Shuffles rows into three parts, of at least one row each; shares are rounded to whole rows.
 * @param points [n, …] with n ≥ 10.
 * @throws INVALID_ARGUMENT for fewer rows, or shares that are out of range or leave no row for training.
 */
export function splitRows<D extends DType>(points: Tensor<D>, shares: SplitShares, random: Random): Split<D> {
  const [count = 0] = points.shape;
  if (count < FEWEST_ROWS) {
    throw fail("INVALID_ARGUMENT", {
      what: "split: rows",
      expected: `at least ${FEWEST_ROWS}`,
      received: String(count),
      help: "give more points",
    });
  }
  requireShare("split: validation", shares.validation);
  requireShare("split: heldOut", shares.heldOut);
  const validation = Math.max(1, Math.round(count * shares.validation));
  const heldOut = Math.max(1, Math.round(count * shares.heldOut));
  if (validation + heldOut >= count) {
    throw fail("INVALID_ARGUMENT", {
      what: "split: shares",
      expected: "a row or more left for training",
      received: `${validation} and ${heldOut} of ${count} rows taken away`,
      help: "make the shares smaller",
    });
  }
  const order = random.permutation(count);
  return {
    training: pickRows(points, order.subarray(validation + heldOut)),
    validation: pickRows(points, order.subarray(0, validation)),
    heldOut: pickRows(points, order.subarray(validation, validation + heldOut)),
  };
}

function requireShare(what: string, share: number): void {
  if (share > 0 && share < 1) return;
  throw fail("INVALID_ARGUMENT", { what, expected: "a share in (0, 1)", received: String(share) });
}
