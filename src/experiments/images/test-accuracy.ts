import type { ImageSet } from "../../data/index.js";
import { imageRows } from "../../data/internal.js";
import { type Mean, meanAndStandardError } from "../../metrics/index.js";
import { type Classifier, compileClassifier } from "../../models/index.js";
import { CLASSIFIER_TOLERANCES, type Classification } from "../../models/internal.js";
import { adaptive, dopri5 } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { isBroken } from "../../tensor/index.js";
import { type Competitor, labelsOf } from "../kit/competitor.js";
import { competitorsOf } from "../kit/competitors.js";
import { compiledContestant } from "../kit/compiled-contestant.js";
import { type BrokenRow, type Contestant, contest, type Entry } from "../kit/contest.js";
import { type ImageCorrections, imageMethods, isOfTenEvaluations } from "./image-methods.js";

/** Accuracy of one method over the test images. */
export interface TestAccuracy {
  readonly method: string;
  readonly images: number;
  readonly accuracy: number;
  /** Of the accuracy, from its spread over batches; unknown where there is one batch. */
  readonly standardError: Mean["standardError"];
  /** Mean evaluations of f a batch. */
  readonly nfe: number;
  /** Of a warm batch. */
  readonly imagesPerSecond: number;
}

export interface TestAccuracyRequest {
  readonly classifier: Classifier;
  readonly corrections: ImageCorrections;
  readonly images: ImageSet;
  /** Images a batch. */
  readonly batch: number;
}

type ClassifierContestant = Contestant<ImageSet, Classification>;

/**
 * Classifies the images by dopri5, then by every method of about 10 evaluations: whole classifiers, h_x and h_y included.
 * @throws INTERRUPTED at a signal.
 */
export async function testAccuracies(
  { classifier, corrections, images, batch }: TestAccuracyRequest,
  context: RunContext = {},
): Promise<(TestAccuracy | BrokenRow)[]> {
  const [count] = images.shape;
  const cases: ImageSet[] = [];
  for (let start = 0; start < count; start += batch)
    cases.push(imageRows(images, start, Math.min(count, start + batch)));
  const contestant = (competitor: Competitor): ClassifierContestant =>
    compiledContestant(
      labelsOf(competitor).method,
      () => compileClassifier(classifier, { ...machineOf(context), method: competitor.method }),
      (compiled, rows) => compiled.run(rows),
    );
  const first = competitorsOf([adaptive(dopri5, CLASSIFIER_TOLERANCES)]);
  const solvers = [...first, ...imageMethods(corrections).filter(isOfTenEvaluations)];
  const entries = await contest<ClassifierContestant, ImageSet, Classification, "correct">(
    {
      contestants: solvers.map(contestant),
      cases,
      measures: { correct: ({ predictions }, { labels }) => agreeing(predictions, labels) },
      turns: false,
      repetitions: 1,
    },
    context,
  );
  return entries.map((entry) => rowOf(entry, cases));
}

const agreeing = (predictions: Uint8Array, labels: Uint8Array): number =>
  predictions.reduce((total, prediction, i) => total + (prediction === labels[i] ? 1 : 0), 0);

function rowOf(
  { contestant: { method }, scores }: Entry<ClassifierContestant, "correct">,
  cases: readonly ImageSet[],
): TestAccuracy | BrokenRow {
  if (isBroken(scores)) return { method, ...scores };
  const sizes = cases.map(({ shape }) => shape[0]);
  const images = sizes.reduce((total, size) => total + size, 0);
  const { correct } = scores.values;
  const shares = correct.map((right, i) => right / (sizes[i] ?? 1));
  return {
    method,
    images,
    accuracy: correct.reduce((total, right) => total + right, 0) / images,
    standardError: meanAndStandardError(shares).standardError,
    nfe: scores.nfe,
    imagesPerSecond: (1000 * (sizes[0] ?? 0)) / scores.milliseconds,
  };
}
