import { fail, type Random, type Tensor } from "../../tensor/index.js";
import { type Augmentation, augmented } from "./augmentation.js";
import { type ImageSet, pickImages } from "./image-set.js";
import { imageTensor, type Normalization } from "./normalization.js";

/** Which rows every iteration of a training sees. */
export interface RowBatches {
  /** Iterations from one epoch to the next; a fraction when a batch runs over the end of an epoch. */
  readonly perEpoch: number;
  /**
   * The rows of one mini-batch: a function of the iteration alone, whatever was asked before.
   * @param iteration 0, 1, 2, … without end.
   * @returns row numbers, `batch` of them.
   */
  rows(iteration: number): Uint32Array;
}

/**
 * An endless sequence of mini-batches: all rows in random order, then all in another order, and so on, cut into equal
 * pieces. Every row comes once an epoch; a piece that runs over the end of an epoch takes its rest from the next.
 * @param count number of rows, ≥ 1.
 * @param batch rows a mini-batch, ≥ 1; may exceed `count`.
 * @param random only its seed counts: what was drawn before has no influence.
 * @throws INVALID_ARGUMENT for a count or batch that is no positive integer; from `rows`, for a negative iteration.
 */
export function rowBatches(count: number, batch: number, random: Random): RowBatches {
  requireInteger("batches: rows", count, 1);
  requireInteger("batches: batch", batch, 1);
  let known: { readonly epoch: number; readonly order: Uint32Array } | undefined;
  const orderOf = (epoch: number): Uint32Array => {
    if (known?.epoch !== epoch)
      known = { epoch, order: random.fork(`order of epoch ${epoch}`).permutation(count) };
    return known.order;
  };
  return {
    perEpoch: count / batch,
    rows: (iteration) => {
      requireInteger("batches: iteration", iteration, 0);
      const rows = new Uint32Array(batch);
      for (let filled = 0; filled < batch; ) {
        const position = iteration * batch + filled;
        const offset = position % count;
        const piece = orderOf(Math.floor(position / count)).subarray(offset, offset + batch - filled);
        rows.set(piece, filled);
        filled += piece.length;
      }
      return rows;
    },
  };
}

/** What an iteration of training on images is fed with. */
export interface ImageBatch {
  /** float32 [batch, C, H, W], standardized. */
  readonly images: Tensor<"float32">;
  /** [batch] */
  readonly labels: Uint8Array;
}

/** How mini-batches of images are made. */
export interface ImageBatchOptions {
  readonly batch: number;
  readonly normalization: Normalization;
  /** Absent: images as they are. */
  readonly augmentation?: Augmentation | undefined;
}

/** Mini-batches of images, by iteration. */
export interface ImageBatches {
  readonly perEpoch: number;
  /** A function of the iteration alone: a training resumes from its iteration number, bit by bit. */
  at(iteration: number): ImageBatch;
}

/**
 * An endless sequence of mini-batches of images, shuffled every epoch, varied and standardized; see `rowBatches`.
 * @param random only its seed counts. Order and variations have streams of their own.
 * @throws INVALID_ARGUMENT as `rowBatches`, `augmented` and `imageTensor`.
 */
export function imageBatches(
  set: ImageSet,
  { batch, normalization, augmentation }: ImageBatchOptions,
  random: Random,
): ImageBatches {
  const { perEpoch, rows } = rowBatches(set.shape[0], batch, random);
  return {
    perEpoch,
    at: (iteration) => {
      const picked = pickImages(set, rows(iteration));
      const varied =
        augmentation === undefined
          ? picked
          : augmented(picked, augmentation, random.fork(`variations of iteration ${iteration}`));
      return { images: imageTensor(varied, normalization), labels: varied.labels };
    },
  };
}

function requireInteger(what: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw fail("INVALID_ARGUMENT", {
    what,
    expected: `an integer, at least ${least}`,
    received: String(value),
  });
}
