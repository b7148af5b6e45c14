import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that are known to take longest, in about that order, which saves time and decides nothing else. */
const longest = [
  "test/e2e/flow.test.ts",
  "test/unit/experiments/images.long.test.ts",
  "test/conformance/pretrained-classifiers.long.test.ts",
  "test/unit/models/classifier/training/train-classifier.long.test.ts",
  "test/e2e/stops.test.ts",
  "test/unit/experiments/cnf-run.long.test.ts",
  "test/conformance/ode-compiled.test.ts",
  "test/e2e/help.test.ts",
  "test/e2e/fit.test.ts",
  "test/docs/readme.long.test.ts",
  "test/unit/hypersolver/fit/resume-fit.long.test.ts",
  "test/conformance/continuous-gradient.test.ts",
  "test/conformance/pretrained-classifier.long.test.ts",
  "test/browser/browser.test.ts",
  "test/e2e/images.test.ts",
  "test/conformance/onnx-import.test.ts",
];

/** Starts the long files first, so that none of them runs alone at the end while other processors wait. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.indexOf(relative(this.ctx.config.root, moduleId).replaceAll("\\", "/"));
      return place < 0 ? longest.length : place;
    };
    // The rest as Vitest would: by what an earlier run took, or by size.
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
