import type { ImageSet } from "../../data/index.js";
import { imageRows } from "../../data/internal.js";
import { type Mean, meanAndStandardError } from "../../metrics/index.js";
import {
  type Classifier,
  type ClassifierSolveOptions,
  compileClassifier,
  measureAccuracy,
} from "../../models/index.js";
import { isBroken, unlessItBreaks } from "../../tensor/index.js";
import type { ExperimentOptions } from "../kit/experiment.js";
import type { ImageCorrections, ImageStage } from "./fit-hypersolvers.js";
import { imageMethods, isOfTenEvaluations } from "./image-methods.js";

/** Accuracy of one method over the test images. */
export interface TestAccuracy {
  readonly method: string;
  readonly images: number;
  /** NaN where a solve broke down. */
  readonly accuracy: number;
  /** Of the accuracy, from its spread over batches; unknown where there is one batch. */
  readonly standardError: Mean["standardError"];
  /** Mean evaluations of f a batch. */
  readonly nfe: number;
  readonly imagesPerSecond: number;
}

/** Classifies the test images by dopri5, then by every method of about 10 evaluations. A signal ends it before the next. */
export async function testAccuracies(
  { classifier, images, preset }: ImageStage,
  corrections: ImageCorrections,
  { compile = {}, onProgress, signal }: ExperimentOptions,
): Promise<TestAccuracy[]> {
  const [count] = images.test.shape;
  const set = imageRows(images.test, 0, Math.min(count, preset.test));
  const ten = imageMethods(classifier.field, corrections).filter(isOfTenEvaluations);
  const solvers: [string, ClassifierSolveOptions][] = [
    ["dopri5", {}],
    ...ten.map(({ name, solve, correction, steps = 1 }): [string, ClassifierSolveOptions] => [
      name,
      correction === undefined ? { method: solve.rule?.name ?? name, steps } : { correction, steps },
    ]),
  ];
  const rows: TestAccuracy[] = [];
  for (const [method, solver] of solvers) {
    if (signal?.aborted === true) break;
    const measured = await unlessItBreaks(
      accuracyOf(classifier, { ...compile, ...solver }, set, preset.batch),
    );
    rows.push({ method, images: set.shape[0], ...(isBroken(measured) ? broken : measured) });
    onProgress?.({ phase: "measure", done: rows.length, total: solvers.length });
  }
  return rows;
}

type Score = Omit<TestAccuracy, "method" | "images">;

const broken: Score = {
  accuracy: Number.NaN,
  standardError: undefined,
  nfe: Number.NaN,
  imagesPerSecond: Number.NaN,
};

async function accuracyOf(
  classifier: Classifier,
  solver: ClassifierSolveOptions,
  set: ImageSet,
  batch: number,
): Promise<Score> {
  const compiled = await compileClassifier(classifier, solver);
  try {
    const { accuracy, nfe, milliseconds, batches } = await measureAccuracy(compiled, set, { batch });
    const shares = batches.map(({ correct, count }) => correct / count);
    const { standardError } = meanAndStandardError(shares);
    return { accuracy, standardError, nfe, imagesPerSecond: (1000 * set.shape[0]) / milliseconds };
  } finally {
    await compiled.dispose();
  }
}
