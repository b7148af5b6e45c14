import type { ImageSet } from "../../data/index.js";
import { imageRows } from "../../data/internal.js";
import { stateErrors } from "../../hypersolver/index.js";
import { referenceEnds } from "../../hypersolver/internal.js";
import { type Mean, meanAndStandardError, percentageErrors } from "../../metrics/index.js";
import type { Classifier } from "../../models/index.js";
import type { AdaptiveMethod } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { type Broken, isBroken, type Tensor, toFloat64 } from "../../tensor/index.js";
import {
  type Competitor,
  type MethodLabels,
  type SolveContestant,
  solveContestant,
} from "../kit/competitor.js";
import { type Costs, contest, type Entry } from "../kit/contest.js";
import type { ClassifierEnds } from "./classifier-ends.js";

/** A method, as tables and figures name it. */
export interface ImageMethodLabels extends MethodLabels {
  /** Images that it was measured on, over all batches. */
  readonly images: number;
}

/** What a way to solve gives and costs, over batches of images: means over batches. */
export interface ImageQuality extends ImageMethodLabels, Costs {
  /** Median time of the solve of one warm batch. */
  readonly milliseconds: number;
  /** Mean distance of states at the end of the span over their mean norm. */
  readonly relative: Mean;
  /** Mean |a − b|/|b|·100 over elements; explodes where b is near zero. */
  readonly mape: Mean;
  /** Median |a − b|/|b|·100. */
  readonly medianPercentage: Mean;
  /** Share of images classified right. */
  readonly accuracy: Mean;
  /** Accuracy of the reference solution minus it, in points. */
  readonly accuracyLoss: Mean;
}

/** The row of a method; of one that ran into NaN or a limit on some batch, why. */
export type ImageQualityRow = ImageQuality | (ImageMethodLabels & Broken);

export interface ImageQualityRequest {
  readonly classifier: Classifier;
  readonly ends: ClassifierEnds;
  readonly images: ImageSet;
  /** Images a batch. */
  readonly batch: number;
  readonly methods: readonly Competitor[];
  readonly reference: AdaptiveMethod;
}

/** One batch with what it is compared to. */
interface Batch {
  readonly z0: Tensor;
  readonly labels: Uint8Array;
  readonly end: Tensor;
  readonly correct: number;
}

/** The state at the end of the span, and the share of images that it classifies right. */
interface Solved {
  readonly state: Tensor;
  readonly share: number;
}

type ImageContestant = SolveContestant<Batch, Solved>;
type Numbers = "relative" | "mape" | "medianPercentage" | "accuracy" | "accuracyLoss";

/**
 * Solves the same batches by every method, and compares states and classes with the reference's.
 * @throws INTERRUPTED at a signal.
 */
export async function imageQuality(
  request: ImageQualityRequest,
  context: RunContext = {},
): Promise<ImageQualityRow[]> {
  const { classifier, ends, methods } = request;
  const { field, architecture } = classifier;
  const cases = await batchesOf(request, context);
  const solved = async (state: Tensor, { labels }: Batch): Promise<Solved> => ({
    state,
    share: await correctShare(ends, state, labels),
  });
  const solver = { field, span: architecture.span, context };
  const entries = await contest<ImageContestant, Batch, Solved, Numbers>(
    {
      contestants: methods.map((method) => solveContestant(method, solver, solved)),
      cases,
      measures: {
        relative: ({ state }, { end }) => stateErrors(state, end).relative,
        mape: ({ state }, { end }) => percentageErrors(state, end).mean,
        medianPercentage: ({ state }, { end }) => percentageErrors(state, end).median,
        accuracy: ({ share }) => share,
        accuracyLoss: ({ share }, { correct }) => 100 * (correct - share),
      },
      // Some sixty programs over images: one at a time.
      turns: false,
    },
    context,
  );
  const images = cases.reduce((total, { labels }) => total + labels.length, 0);
  return entries.map((entry) => rowOf(entry, images));
}

async function batchesOf(
  { classifier, ends, images, batch, reference }: ImageQualityRequest,
  context: RunContext,
): Promise<Batch[]> {
  const { field, architecture } = classifier;
  const [count] = images.shape;
  const batches: Batch[] = [];
  // A last batch that is not full would count as much as the others.
  const last = count < batch ? 0 : count - batch;
  for (let start = 0; start <= last; start += batch) {
    const rows = imageRows(images, start, Math.min(count, start + batch));
    const { labels } = rows;
    const z0 = await ends.stem.run(rows);
    const samples = { z0, controls: {} };
    const end = await referenceEnds(field, architecture.span, samples, reference, machineOf(context));
    batches.push({ z0, labels, end, correct: await correctShare(ends, end, labels) });
  }
  return batches;
}

function rowOf(
  { contestant: { labels }, scores }: Entry<ImageContestant, Numbers>,
  images: number,
): ImageQualityRow {
  if (isBroken(scores)) return { ...labels, images, ...scores };
  const { nfe, gCalls, macs, milliseconds, values } = scores;
  return {
    ...labels,
    images,
    nfe,
    gCalls,
    macs,
    milliseconds,
    relative: meanAndStandardError(values.relative),
    mape: meanAndStandardError(values.mape),
    medianPercentage: meanAndStandardError(values.medianPercentage),
    accuracy: meanAndStandardError(values.accuracy),
    accuracyLoss: meanAndStandardError(values.accuracyLoss),
  };
}

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
