import { fail, type Random } from "../../tensor/index.js";
import type { Samples } from "./states.js";

/** Initial states that take time or memory to make, such as encoded images: made a part at a time, when asked for. */
export interface StateStream {
  readonly description: string;
  training(count: number, random: Random): Promise<Samples>;
  validation(count: number, random: Random): Promise<Samples>;
  heldOut(count: number, random: Random): Promise<Samples>;
  /** For bounds of errors, and nothing else. Without it none are calibrated. */
  calibration?(count: number, random: Random): Promise<Samples>;
  /** See `StateSource`. */
  readonly rows?: number;
  readonly noise?: number;
}

/** How many samples each part of the data has. */
interface StreamCounts {
  readonly training: number;
  readonly validation: number;
  readonly heldOut: number;
  /** For bounds of errors, and nothing else. Default: none, and there are no bounds. */
  readonly calibration?: number | undefined;
}

/** A part of the data. */
type StreamPart = keyof StreamCounts;

/**
 * States made from rows of data on demand: `make` is given a part and row numbers within it. Training rows come in random
 * order, each call a new order; validation, held-out and calibration rows from the front, no more than there are.
 * @example encodedStates("MNIST through h_x", { training: 60_000, validation: 1000, heldOut: 9000 },
 *   async (part, rows) => ({ z0: await encode(pickImages(images[part], rows)), controls: {} }))
 * @throws INVALID_ARGUMENT for a part without samples.
 */
export function encodedStates(
  description: string,
  counts: StreamCounts,
  make: (part: StreamPart, rows: Uint32Array) => Promise<Samples>,
): StateStream {
  for (const [part, count] of Object.entries(counts)) {
    if (count === undefined || (Number.isInteger(count) && count >= 1)) continue;
    throw fail("INVALID_ARGUMENT", {
      what: `${description}: ${part} states`,
      expected: "at least one",
      received: String(count),
    });
  }
  const front = (part: StreamPart) => (wanted: number) =>
    make(
      part,
      Uint32Array.from({ length: Math.min(wanted, counts[part] ?? 0) }, (_, i) => i),
    );
  return {
    description,
    training: (wanted, random) => {
      const order = random.fork("training states").permutation(counts.training);
      return make(
        "training",
        Uint32Array.from({ length: wanted }, (_, i) => order[i % order.length] ?? 0),
      );
    },
    validation: front("validation"),
    heldOut: front("heldOut"),
    ...(counts.calibration !== undefined && { calibration: front("calibration") }),
  };
}
