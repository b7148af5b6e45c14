import { imageRows } from "../../data/index.js";
import { type ClassifierSolveOptions, compileClassifier, measureAccuracy } from "../../models/index.js";
import type { ExperimentOptions } from "../experiment.js";
import type { ImageCorrections, ImageStage } from "./fit-hypersolvers.js";
import { imageMethods, isOfTenEvaluations } from "./image-methods.js";

/** Accuracy of one method over the test images. */
export interface TestAccuracy {
  readonly method: string;
  readonly images: number;
  readonly accuracy: number;
  /** Of the accuracy, from its spread over batches. */
  readonly standardError: number;
  /** Mean evaluations of f a batch. */
  readonly nfe: number;
  readonly imagesPerSecond: number;
}

/** Classifies the test images by dopri5, then by every method of about 10 evaluations. */
export async function testAccuracies(
  { classifier, images, preset }: ImageStage,
  corrections: ImageCorrections,
  { compile = {}, onProgress }: ExperimentOptions,
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
    const compiled = await compileClassifier(classifier, { ...compile, ...solver });
    try {
      const { accuracy, nfe, milliseconds, batches } = await measureAccuracy(compiled, set, {
        batch: preset.batch,
      });
      const [all] = set.shape;
      rows.push({
        ...{ method, images: all, accuracy, nfe, imagesPerSecond: (1000 * all) / milliseconds },
        standardError: standardErrorOf(
          batches.map(({ correct, count: size }) => correct / size),
          accuracy,
        ),
      });
    } finally {
      await compiled.dispose();
    }
    onProgress?.({ phase: "measure", done: rows.length, total: solvers.length });
  }
  return rows;
}

function standardErrorOf(shares: readonly number[], mean: number): number {
  const squares = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, shares.length - 1) / shares.length);
}
