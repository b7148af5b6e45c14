import type { ImageSet } from "../../data/index.js";
import { imageRows } from "../../data/internal.js";
import { type ReferenceSettings, referenceEnds, stateErrors } from "../../hypersolver/index.js";
import { type Mean, meanAndStandardError, percentageErrors } from "../../metrics/index.js";
import type { Classifier } from "../../models/index.js";
import { type CompiledSolve, compileSolve } from "../../ode/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import { type Tensor, toFloat64 } from "../../tensor/index.js";
import type { ClassifierEnds } from "./classifier-ends.js";
import type { ImageMethod } from "./image-methods.js";

/** What a way to solve gives and costs, over batches of images. */
export interface ImageQuality {
  readonly method: string;
  readonly role: ImageMethod["role"];
  readonly steps: number | undefined;
  readonly tolerance: number | undefined;
  /** Whether a hypersolver takes the steps that its g learned. */
  readonly fitted?: boolean;
  /** Images that it was measured on, over all batches. */
  readonly images: number;
  /** Evaluations of f a batch. */
  readonly nfe: number;
  readonly gCalls: number;
  /** Multiply–accumulates an image of the solve, g included. */
  readonly macs: number;
  /** Median time of the solve of one warm batch. */
  readonly milliseconds: number;
  /** Mean distance of states at the end of the span over their mean norm: mean over batches. */
  readonly relative: Mean;
  /** Mean |a − b|/|b|·100 over elements, mean over batches; explodes where b is near zero. */
  readonly mape: Mean;
  /** Median |a − b|/|b|·100, mean over batches. */
  readonly medianPercentage: Mean;
  /** Share of images classified right. */
  readonly accuracy: Mean;
  /** Accuracy of the reference solution minus it, in points, mean over batches. */
  readonly accuracyLoss: Mean;
}

export interface ImageQualityRequest {
  readonly classifier: Classifier;
  readonly ends: ClassifierEnds;
  readonly images: ImageSet;
  /** Images a batch. */
  readonly batch: number;
  readonly methods: readonly ImageMethod[];
  readonly reference: ReferenceSettings;
  readonly compile?: CompileOptions;
  readonly onMethod?: (done: number, total: number) => void;
  /** Ends it before the next method. */
  readonly signal?: AbortSignal;
}

/** One batch with what it is compared to. */
interface Case {
  readonly z0: Tensor;
  readonly labels: Uint8Array;
  readonly end: Tensor;
  readonly correct: number;
}

/** Solves the same batches by every method, and compares states and classes with the reference's. */
export async function imageQuality(request: ImageQualityRequest): Promise<ImageQuality[]> {
  const { classifier, methods, compile = {}, onMethod, signal } = request;
  const cases = await casesOf(request);
  const rows: ImageQuality[] = [];
  for (const method of methods) {
    if (signal?.aborted === true) break;
    const { span } = classifier.architecture;
    const solve = await compileSolve(classifier.field, { ...compile, ...method.solve, span });
    try {
      rows.push(await measured(request, method, solve, cases));
    } finally {
      await solve.dispose();
    }
    onMethod?.(rows.length, methods.length);
  }
  return rows;
}

async function casesOf({
  classifier,
  ends,
  images,
  batch,
  reference,
  compile,
}: ImageQualityRequest): Promise<Case[]> {
  const [count] = images.shape;
  const cases: Case[] = [];
  // A last batch that is not full would count as much as the others.
  const last = count < batch ? 0 : count - batch;
  for (let start = 0; start <= last; start += batch) {
    const rows = imageRows(images, start, Math.min(count, start + batch));
    const z0 = await ends.stem.run(rows);
    const samples = { z0, controls: {} };
    const end = await referenceEnds(
      classifier.field,
      classifier.architecture.span,
      samples,
      reference,
      compile,
    );
    cases.push({ z0, labels: rows.labels, end, correct: await correctShare(ends, end, rows.labels) });
  }
  return cases;
}

async function measured(
  { ends }: ImageQualityRequest,
  { name, role, steps, tolerance, fitted }: ImageMethod,
  solve: CompiledSolve,
  cases: readonly Case[],
): Promise<ImageQuality> {
  const images = cases.reduce((total, { labels }) => total + labels.length, 0);
  const facts = { method: name, role, steps, tolerance, images, ...(fitted !== undefined && { fitted }) };
  const [relative, mape, medians, accuracy, times, nfe, losses]: number[][] = [[], [], [], [], [], [], []];
  let costs = { gCalls: 0, macs: 0 };
  for (const [i, { z0, labels, end, correct }] of cases.entries()) {
    // The first run of a program allocates.
    if (i === 0) await solve.run(z0);
    const { status, states, statistics } = await solve.run(z0);
    const { gCalls, macs } = statistics;
    costs = { gCalls, macs };
    if (status !== "success") return { ...facts, ...costs, nfe: statistics.nfe, ...broken };
    const state = states.at(-1) as Tensor;
    const percentages = percentageErrors(state, end);
    const share = await correctShare(ends, state, labels);
    relative?.push(stateErrors(state, end).relative);
    mape?.push(percentages.mean);
    medians?.push(percentages.median);
    accuracy?.push(share);
    losses?.push(100 * (correct - share));
    times?.push(statistics.milliseconds);
    nfe?.push(statistics.nfe);
  }
  return {
    ...{ ...facts, ...costs, nfe: meanOf(nfe), milliseconds: medianOf(times) },
    ...{ relative: meanAndStandardError(relative ?? []), mape: meanAndStandardError(mape ?? []) },
    medianPercentage: meanAndStandardError(medians ?? []),
    accuracy: meanAndStandardError(accuracy ?? []),
    accuracyLoss: meanAndStandardError(losses ?? []),
  };
}

/** A method that runs into NaN or a limit on some batch has no numbers. */
const lost: Mean = { mean: Number.POSITIVE_INFINITY, standardError: undefined, n: 0 };
const broken = {
  ...{ milliseconds: Number.NaN, relative: lost, mape: lost, medianPercentage: lost },
  ...{ accuracy: { ...lost, mean: Number.NaN }, accuracyLoss: { ...lost, mean: Number.NaN } },
};

async function correctShare(ends: ClassifierEnds, z: Tensor, labels: Uint8Array): Promise<number> {
  const logits = await ends.head.run(z);
  const values = toFloat64(logits);
  const classes = logits.shape[1] ?? 1;
  const right = labels.reduce((total, label, row) => {
    const own = values.subarray(row * classes, (row + 1) * classes);
    return total + (own.indexOf(Math.max(...own)) === label ? 1 : 0);
  }, 0);
  return right / labels.length;
}

const meanOf = (values: readonly number[] = []): number =>
  values.reduce((total, value) => total + value, 0) / values.length;
const medianOf = (values: readonly number[] = []): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
