import type { ImageSet } from "../../data/index.js";
import { imageRows } from "../../data/internal.js";
import { fail, type Tensor, toFloat64 } from "../../tensor/index.js";
import type { CompiledClassifier } from "./compile-classifier.js";
import { requireImageSet } from "./image-input.js";

/** How well a classifier does on one batch. */
interface BatchAccuracy {
  readonly count: number;
  readonly correct: number;
  readonly nfe: number;
  readonly milliseconds: number;
}

/** How well a classifier does on labeled images. */
export interface MeasuredAccuracy {
  /** Share of images whose label is the class of the largest logit. */
  readonly accuracy: number;
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** Evaluations of f of a batch, mean over batches. */
  readonly nfe: number;
  /** Together, without preparing images. */
  readonly milliseconds: number;
  /** [n] */
  readonly predictions: Uint8Array;
  readonly batches: readonly BatchAccuracy[];
}

interface AccuracyOptions {
  /** Images a batch; step control sees a batch together. Default 100. */
  readonly batch?: number;
  readonly onBatch?: (done: number, total: number) => void;
}

/**
 * Classifies all images, batch by batch.
 * @throws as `CompiledClassifier.run`; INVALID_ARGUMENT for labels without class.
 */
export async function measureAccuracy(
  compiled: CompiledClassifier,
  set: ImageSet,
  { batch = 100, onBatch }: AccuracyOptions = {},
): Promise<MeasuredAccuracy> {
  requireImageSet(compiled.classifier.architecture, set);
  if (!(Number.isInteger(batch) && batch > 0))
    throw fail("INVALID_ARGUMENT", {
      what: "batch",
      expected: "a positive integer",
      received: String(batch),
    });
  const [count] = set.shape;
  const predictions = new Uint8Array(count);
  const batches: BatchAccuracy[] = [];
  let loss = 0;
  for (let start = 0; start < count; start += batch) {
    const rows = imageRows(set, start, Math.min(start + batch, count));
    const { logits, predictions: own, statistics } = await compiled.run(rows);
    predictions.set(own, start);
    loss += crossEntropySum(logits, rows.labels);
    const { nfe, milliseconds } = statistics;
    batches.push({ count: own.length, correct: agreeing(own, rows.labels), nfe, milliseconds });
    onBatch?.(start + own.length, count);
  }
  const total = (of: (batch: BatchAccuracy) => number): number =>
    batches.reduce((sum, each) => sum + of(each), 0);
  return {
    accuracy: total(({ correct }) => correct) / count,
    loss: loss / count,
    nfe: total(({ nfe }) => nfe) / batches.length,
    milliseconds: total(({ milliseconds }) => milliseconds),
    predictions,
    batches,
  };
}

const agreeing = (predictions: Uint8Array, labels: Uint8Array): number =>
  predictions.reduce((total, prediction, i) => total + (prediction === labels[i] ? 1 : 0), 0);

/** Σ over rows of ln Σ e^logit − the label's logit, in float64. */
function crossEntropySum(logits: Tensor, labels: Uint8Array): number {
  const values = toFloat64(logits);
  const classes = logits.shape[1] ?? 1;
  return labels.reduce((total, label, row) => {
    const own = values.subarray(row * classes, (row + 1) * classes);
    const largest = own.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    const sum = own.reduce((partial, value) => partial + Math.exp(value - largest), 0);
    return total + largest + Math.log(sum) - (own[label] ?? 0);
  }, 0);
}
