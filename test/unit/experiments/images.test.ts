import { beforeAll, describe, expect, test } from "vitest";
import { imageRows } from "../../../src/data/internal.js";
import { alphaFigure } from "../../../src/experiments/images/alpha-family.js";
import { compileEnds } from "../../../src/experiments/images/classifier-ends.js";
import { encodedImages } from "../../../src/experiments/images/encoded-images.js";
import { imageFronts } from "../../../src/experiments/images/image-fronts.js";
import {
  imageHypersolvers,
  imageMethods,
  isOfTenEvaluations,
} from "../../../src/experiments/images/image-methods.js";
import { type ImageQuality, imageQuality } from "../../../src/experiments/images/image-quality.js";
import { mnist } from "../../../src/experiments/images/images.js";
import { imagesReport, imagesSummary } from "../../../src/experiments/images/images-report.js";
import { mnistPresets } from "../../../src/experiments/images/presets.js";
import { type ImageRun, runImages } from "../../../src/experiments/images/run-images.js";
import { testAccuracies } from "../../../src/experiments/images/test-accuracy.js";
import { trainedHere } from "../../../src/experiments/images/train-stage.js";
import type { ExperimentOptions, LabelledImages } from "../../../src/experiments/index.js";
import {
  architectureNamed,
  classifierOf,
  compileClassifier,
  measureAccuracy,
  newClassifier,
} from "../../../src/models/index.js";
import { fromNumbers, Random, toFloat64 } from "../../../src/tensor/index.js";
import { checkpointsInMemory } from "../../helpers/checkpoints.js";
import { mnistForTests } from "../../helpers/images.js";

let images: LabelledImages;
beforeAll(async () => {
  const { training, test: tested } = await mnistForTests();
  images = {
    training: imageRows(training, 0, 400),
    test: imageRows(tested, 0, 64),
    description: "a little of MNIST",
  };
});

const classifier = newClassifier(architectureNamed("mnist-small"), new Random(3));
const reference = { method: "dopri5", tolerance: 1e-6, precision: "float32" } as const;

describe("methods", () => {
  test("of ten evaluations: one of every solver, RK4 with eight", () => {
    const ten = imageMethods(classifier.field, {}).filter(isOfTenEvaluations);
    expect(ten.map(({ name, steps }) => `${name} ${steps}`)).toEqual([
      "Euler 10",
      "midpoint 5",
      "Heun 5",
      "RK4 2",
    ]);
  });

  test("hypersolvers spend ten evaluations, the last one four", () => {
    const spent = imageHypersolvers("mnist-paper").map(({ fit }) => fit.steps * fit.base.stages);
    expect(spent).toEqual([10, 10, 10, 4]);
  });
});

describe("states of images", () => {
  test("for training and choosing come from training images, for measuring from test images", async () => {
    const ends = await compileEnds(classifier);
    const states = encodedImages(ends, images);
    const held = await states.heldOut(5, new Random(0));
    expect(held.z0).toEqual(await ends.stem.run(imageRows(images.test, 0, 5)));
    const chosen = await states.validation(3, new Random(0));
    // The last 64 training images.
    expect(chosen.z0).toEqual(await ends.stem.run(imageRows(images.training, 336, 339)));
    const trained = await states.training(336, new Random(0));
    expect(trained.z0.shape[0]).toBe(336);
    await ends.dispose();
  });
});

describe("quality", () => {
  let rows: ImageQuality[];
  beforeAll(async () => {
    const ends = await compileEnds(classifier);
    rows = await imageQuality({
      ...{ classifier, ends, images: images.test, batch: 32, reference },
      methods: imageMethods(classifier.field, {}),
    });
    await ends.dispose();
  });
  const row = (method: string, steps?: number): ImageQuality =>
    rows.find((own) => own.method === method && (steps === undefined || own.steps === steps)) as ImageQuality;

  test("falls with the number of steps, at the order of the method", () => {
    const order = (method: string, few: number): number =>
      Math.log2(row(method, few).relative.mean / row(method, 2 * few).relative.mean);
    expect(order("Euler", 10)).toBeGreaterThan(0.8);
    expect(order("Euler", 10)).toBeLessThan(1.2);
    expect(order("midpoint", 5)).toBeGreaterThan(1.7);
    expect(order("midpoint", 5)).toBeLessThan(2.3);
  });

  test("tells costs: evaluations, and multiply–accumulates of the solve alone", () => {
    const { nfe, macs, gCalls, relative } = row("RK4", 2);
    expect([nfe, gCalls, relative.n, row("RK4", 2).images]).toEqual([8, 0, 2, 64]);
    expect(macs).toBe(4 * row("Euler", 2).macs);
  });

  test("classifies as the whole classifier does", async () => {
    const whole = await compileClassifier(classifier, { method: "euler", steps: 10 });
    const { accuracy } = await measureAccuracy(whole, images.test, { batch: 32 });
    await whole.dispose();
    expect(row("Euler", 10).accuracy.mean).toBeCloseTo(accuracy, 12);
  });

  const lost = (mean: number) => ({ mean, standardError: 0, n: 2 });

  test("becomes fronts, and no front where no image is lost", () => {
    const none = rows.map((own) => ({ ...own, accuracyLoss: lost(0) }));
    expect(imageFronts(none).map(({ name }) => name)).toEqual(["pareto-relative", "pareto-mape"]);
    const some = rows.map((own) => ({ ...own, accuracyLoss: lost(own.method === "Euler" ? 3 : 0) }));
    expect(imageFronts(some).map(({ name }) => name)).toContain("pareto-accuracy");
    // Nothing lost is drawn at half of one image in 64.
    const front = imageFronts(some).find(({ name }) => name === "pareto-accuracy");
    expect(front?.caption).toContain("64 test images");
    expect(JSON.stringify(front?.spec)).toContain(`"error":${50 / 64}`);
  });
});

/** Rows of all kinds, and pictures of them. */
function measuresEverything({ metrics, maps }: ImageRun): void {
  const { quality = [], alphas = [], accuracies = [] } = metrics;
  const hyper = quality.filter(({ role }) => role === "hypersolver");
  const stepsOf = (name: string, fitted?: boolean) =>
    hyper
      .filter((row) => row.method === name && (fitted ?? row.fitted) === row.fitted)
      .map(({ steps }) => steps);
  expect([stepsOf("HyperEuler"), stepsOf("HyperMidpoint")]).toEqual([
    [8, 10, 12, 16, 20],
    [4, 5, 6, 8, 10],
  ]);
  expect(hyper.filter(({ fitted }) => fitted).map(({ steps }) => steps)).toEqual([10, 10, 5, 2]);
  expect(accuracies).toHaveLength(9);
  expect(alphas.map(({ alpha }) => alpha)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  const own = quality.find(({ method, fitted }) => method === "HyperMidpoint" && fitted === true);
  // The same g on its own base, on the same images.
  expect(alphas[4]?.hypersolver.mean).toBeCloseTo(own?.relative.mean ?? Number.NaN, 6);
  expect(alphas[4]?.base.mean).toBeCloseTo(
    quality.find(({ method, steps }) => method === "midpoint" && steps === 5)?.relative.mean ?? Number.NaN,
    6,
  );
  expect(alphaFigure(alphas)?.name).toBe("alpha-family");
  expect(maps?.name).toBe("error-maps");
  const report = imagesReport(metrics, []);
  for (const heading of ["Accuracy on test images", "What each part of the fit gave"])
    expect(report).toContain(heading);
  const summary = imagesSummary(metrics);
  expect(summary).toMatch(/HyperEuler: [\d.k]+ times (closer|farther) than the best of equal NFE/);
  expect(summary).toContain("equal time");
}

/** Every fit measures its own on the way: the long measurement is that of all methods. */
function stopAtMeasuring(): Pick<ExperimentOptions, "signal" | "onProgress"> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onProgress: ({ phase, total }) => phase === "measure" && total > 30 && controller.abort(),
  };
}

describe("where solves break down", () => {
  test("accuracies are missing, and said to be", async () => {
    const state = Object.entries(classifier.state).map(([name, value]) => {
      const factor = name.startsWith("field.") ? Number.NaN : 1;
      return [
        name,
        fromNumbers(
          Float32Array.from(toFloat64(value), (x) => factor * x),
          value.shape,
        ),
      ] as const;
    });
    const wild = classifierOf(classifier.architecture, Object.fromEntries(state));
    const ends = await compileEnds(wild);
    const preset = { ...mnistPresets.smoke, test: 32, batch: 16 };
    const options = { preset: "smoke", seed: 0, command: "test" } as const;
    const accuracies = await testAccuracies({ classifier: wild, ends, images, preset }, {}, options);
    await ends.dispose();
    expect(accuracies.map(({ method }) => method)).toEqual(["dopri5", "Euler", "midpoint", "Heun", "RK4"]);
    for (const { accuracy } of accuracies) expect(accuracy).toBeNaN();
    const metrics = { ...options, status: "complete", architecture: "wild", data: "digits" } as const;
    expect(imagesReport({ ...metrics, accuracies }, [])).toContain("broke");
  });
});

describe("the experiment", () => {
  test("needs its images", async () => {
    await expect(mnist.run({ preset: "smoke", seed: 0, command: "test" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "images" },
    });
  });

  test("goes from real digits to hypersolvers, pictures and a report", async () => {
    const run = { preset: "smoke", seed: 0, command: "test", images } as const;
    const { status, artefacts, summary } = await mnist.run(run);
    expect(status).toBe("complete");
    const contentOf = (wanted: string) => artefacts.find(({ path }) => path === wanted)?.content;
    expect(artefacts.map(({ path }) => path).filter((path) => !path.startsWith("figures/"))).toEqual([
      ...["classifier.safetensors", "correction.onnx", "classifier.onnx"],
      ...["correction-features.onnx", "classifier-features.onnx"],
      ...["correction-midpoint.onnx", "classifier-midpoint.onnx"],
      ...["correction-four.onnx", "classifier-four.onnx", "metrics.json", "report.html"],
    ]);
    for (const name of ["error-maps", "pareto-relative", "pareto-mape", "alpha-family", "accuracy"])
      for (const kind of ["svg", "png"]) expect(contentOf(`figures/${name}.${kind}`)).toBeDefined();
    expect(contentOf("report.html")).toContain("What each part of the fit gave");
    const metrics = JSON.parse(String(contentOf("metrics.json"))) as ImageRun["metrics"];
    const errorOf = (method: string) =>
      metrics.quality?.find(({ method: own, steps }) => own === method && steps === 10)?.relative.mean;
    expect(errorOf("HyperEuler")).toBeLessThan((errorOf("Euler") ?? 0) / 2);
    expect(metrics.training?.validationAccuracy).toBeGreaterThan(0.3);
    expect(summary).toContain("HyperEuler");
  });

  test("stopped while it trains, keeps the classifier and says so", async () => {
    const controller = new AbortController();
    const { smoke } = mnistPresets;
    const run = await runImages(images, smoke, trainedHere(smoke), {
      ...{ preset: "smoke", seed: 0, command: "test", signal: controller.signal },
      onClassifier: () => controller.abort(),
    });
    expect(run.metrics.status).toBe("interrupted");
    expect(run.artefacts.map(({ path }) => path)).toEqual(["classifier.safetensors"]);
    expect(imagesSummary(run.metrics)).toContain("Interrupted before the fits.");
  });

  test("goes on from the fits that an interrupted run had made", async () => {
    const fit = { ...mnistPresets.smoke.fit, iterations: 6, trajectoryIterations: 2, trajectories: 16 };
    const preset = { ...mnistPresets.smoke, fit, test: 32, fronts: 32, batch: 16 };
    const untrained = async () => ({ classifier, training: "none" });
    const checkpoints = checkpointsInMemory();
    const run = (options: Partial<ExperimentOptions> = {}) =>
      runImages(images, preset, untrained, {
        ...{ preset: "smoke", seed: 0, command: "test", checkpoints, ...options },
      });
    const fileOf = ({ artefacts }: ImageRun, name: string) =>
      artefacts.find(({ path }) => path === name)?.content;
    const controller = new AbortController();
    let fits = 0;
    const broken = await run({
      signal: controller.signal,
      onProgress: ({ phase, done }) => {
        if (phase === "fit" && done === 1) fits++;
        if (fits === 2) controller.abort();
      },
    });
    expect(broken.metrics.status).toBe("interrupted");
    expect(imagesSummary(broken.metrics)).toContain(
      "Interrupted after the fits of HyperEuler; HyperEuler, features (not finished).",
    );
    expect(broken.artefacts.map(({ path }) => path)).toContain("correction.onnx");
    expect([...checkpoints.files.keys()].sort()).toEqual([
      "kept-correction.onnx",
      "kept-correction.onnx.json",
    ]);
    const unmeasured = await run({ resume: true, ...stopAtMeasuring() });
    expect(unmeasured.metrics.status).toBe("interrupted");
    expect(unmeasured.metrics.quality).toBeUndefined();
    const unfinished = imagesReport(unmeasured.metrics, []);
    expect(unfinished).toContain("What each part of the fit gave");
    for (const heading of ["Pictures", "Accuracy on test images", "Against every other solver"])
      expect(unfinished).not.toContain(heading);
    expect(Object.keys(unmeasured.metrics.fits ?? {})).toHaveLength(4);
    expect(unmeasured.metrics.fits?.HyperEuler).toEqual(broken.metrics.fits?.HyperEuler);
    expect(fileOf(unmeasured, "correction.onnx")).toEqual(fileOf(broken, "correction.onnx"));
    const resumed = await run({ resume: true });
    expect(resumed.metrics.status).toBe("complete");
    expect(resumed.metrics.fits).toEqual(unmeasured.metrics.fits);
    for (const { path, content } of unmeasured.artefacts) expect(fileOf(resumed, path)).toEqual(content);
    measuresEverything(resumed);
    // Another seed is another fit.
    const other = await run({ resume: true, seed: 1, ...stopAtMeasuring() });
    expect(fileOf(other, "correction.onnx")).not.toEqual(fileOf(broken, "correction.onnx"));
  });
});
