import { beforeAll, describe, expect, test } from "vitest";
import { imageRows } from "../../../src/data/internal.js";
import { alphaFigures } from "../../../src/experiments/images/alpha-family.js";
import { compileEnds } from "../../../src/experiments/images/classifier-ends.js";
import { encodedImages } from "../../../src/experiments/images/encoded-images.js";
import { imageFitJobs } from "../../../src/experiments/images/image-fits.js";
import { imageFronts } from "../../../src/experiments/images/image-fronts.js";
import {
  imageHypersolvers,
  imageMethods,
  isOfTenEvaluations,
} from "../../../src/experiments/images/image-methods.js";
import type { ImageMetrics } from "../../../src/experiments/images/image-metrics.js";
import {
  type ImageQuality,
  type ImageQualityRow,
  imageQuality,
} from "../../../src/experiments/images/image-quality.js";
import { imageTable } from "../../../src/experiments/images/image-table.js";
import { imageExperiment, mnist } from "../../../src/experiments/images/images.js";
import { imagesReport } from "../../../src/experiments/images/images-report.js";
import {
  type ImagePreset,
  mnistAuthorsPresets,
  mnistPresets,
} from "../../../src/experiments/images/presets.js";
import { testAccuracies } from "../../../src/experiments/images/test-accuracy.js";
import type { ExperimentResult, LabeledImages } from "../../../src/experiments/index.js";
import { labelsOf } from "../../../src/experiments/kit/competitor.js";
import { MEASURING_METHODS } from "../../../src/experiments/kit/progress-stages.js";
import { reportArtifacts } from "../../../src/experiments/kit/report.js";
import type { ExperimentContext } from "../../../src/experiments/kit/run.js";
import { baseOf } from "../../../src/hypersolver/internal.js";
import {
  architectureNamed,
  classifierOf,
  compileClassifier,
  measureAccuracy,
  newClassifier,
} from "../../../src/models/index.js";
import { adaptive, dopri5 } from "../../../src/ode/index.js";
import { type Broken, fromNumbers, isBroken, Random, toFloat64 } from "../../../src/tensor/index.js";
import { checkpointsInMemory } from "../../helpers/checkpoints.js";
import { mnistForTests } from "../../helpers/images.js";

let images: LabeledImages;
beforeAll(async () => {
  const { training, test: tested } = await mnistForTests();
  images = {
    training: imageRows(training, 0, 400),
    test: imageRows(tested, 0, 64),
    description: "a little of MNIST",
  };
});

const classifier = newClassifier(architectureNamed("mnist-small"), new Random(3));
const reference = adaptive(dopri5, { rtol: 1e-6, atol: 1e-6 });

describe("methods", () => {
  test("of ten evaluations: one of every solver, RK4 with eight", () => {
    const ten = imageMethods({}).filter(isOfTenEvaluations);
    expect(ten.map(labelsOf).map(({ method, steps }) => `${method} ${steps}`)).toEqual([
      "Euler 10",
      "midpoint 5",
      "Heun 5",
      "RK4 2",
    ]);
  });

  test("hypersolvers spend ten evaluations, the last one four", () => {
    const spent = imageHypersolvers("mnist-paper").map(({ fit }) => fit.steps * baseOf(fit.base).stages);
    expect(spent).toEqual([10, 10, 10, 4]);
  });
});

describe("fits of hypersolvers", () => {
  test("are others for another seed: of every fit, and of the place where it is kept", async () => {
    const ends = await compileEnds(classifier);
    const stage = { classifier, ends, images, preset: mnistPresets.smoke };
    for (const seed of [0, 1]) {
      const jobs = imageFitJobs(stage, { seed, command: "test" });
      expect(jobs.map(({ request: { learner, field } }) => learner.effective(field).seed)).toEqual(
        Array(4).fill(seed),
      );
      expect(jobs.map(({ settings }) => settings)).toEqual(Array(4).fill(expect.objectContaining({ seed })));
    }
    await ends.dispose();
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

/** Rows none of which broke. */
function whole(rows: readonly ImageQualityRow[]): ImageQuality[] {
  expect(rows.filter(isBroken)).toEqual([]);
  return rows.flatMap((row) => (isBroken(row) ? [] : [row]));
}

const reportOf = async (report: ReturnType<typeof imagesReport>): Promise<string> =>
  String((await reportArtifacts(report, {})).at(-1)?.content);

describe("quality", () => {
  let rows: ImageQuality[];
  beforeAll(async () => {
    const ends = await compileEnds(classifier);
    const request = { classifier, ends, images: images.test, batch: 32, reference };
    rows = whole(await imageQuality({ ...request, methods: imageMethods({}) }));
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
    const whole = await compileClassifier(classifier, { method: "euler:10" });
    const { accuracy } = await measureAccuracy(whole, images.test, { batch: 32 });
    await whole.dispose();
    expect(row("Euler", 10).accuracy.mean).toBeCloseTo(accuracy, 12);
  });

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
async function measuresEverything({ metrics, summary, artifacts }: ExperimentResult): Promise<void> {
  const { quality = [], alphas = [], accuracies = [] } = metrics as Partial<ImageMetrics>;
  const hyper = whole(quality).filter(({ role }) => role === "hypersolver");
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
  const relative = (of: (row: ImageQuality) => boolean) =>
    whole(quality).find(of)?.relative.mean ?? Number.NaN;
  // The same g on its own base, on the same images.
  expect(alphas[4]).toMatchObject({
    hypersolver: {
      mean: expect.closeTo(
        relative(({ method, fitted }) => method === "HyperMidpoint" && fitted === true),
        6,
      ),
    },
    base: {
      mean: expect.closeTo(
        relative(({ method, steps }) => method === "midpoint" && steps === 5),
        6,
      ),
    },
  });
  expect(alphaFigures(alphas).map(({ name }) => name)).toEqual(["alpha-family"]);
  const paths = artifacts.map(({ path }) => path);
  for (const name of ["error-maps", "pareto-relative", "pareto-mape", "alpha-family"])
    expect(paths).toContain(`figures/${name}.svg`);
  const page = String(artifacts.find(({ path }) => path === "report.html")?.content);
  for (const heading of ["Accuracy on test images", "What each part of the fit gave"])
    expect(page).toContain(heading);
  expect(summary).toMatch(/HyperEuler: [\d.k]+ times (closer|farther) than the best of equal NFE/);
  expect(summary).toContain("equal time");
}

const lost = (mean: number) => ({ mean, standardError: 0, n: 2 });

describe("where solves break down", () => {
  test("methods have reasons instead of numbers, in tables too", async () => {
    const state = Object.entries(classifier.state).map(([name, value]) => {
      const factor = name.startsWith("field.") ? Number.NaN : 1;
      const values = Float32Array.from(toFloat64(value), (x) => factor * x);
      return [name, fromNumbers(values, value.shape)] as const;
    });
    const wild = classifierOf(classifier.architecture, Object.fromEntries(state));
    const set = imageRows(images.test, 0, 32);
    const request = { classifier: wild, corrections: {}, images: set, batch: 16 };
    const accuracies = await testAccuracies(request);
    expect(accuracies.map(({ method }) => method)).toEqual(["dopri5", "Euler", "midpoint", "Heun", "RK4"]);
    expect(accuracies.filter(isBroken)).toHaveLength(5);
    const quality: ImageQualityRow[] = [
      {
        ...{ method: "Euler", role: "base", steps: 10, tolerance: undefined, images: 32 },
        ...{ broken: "NON_FINITE", reason: "NaN" },
      },
    ];
    const facts = { preset: "smoke", spec: {}, seed: 0, command: "test", status: "complete" } as const;
    const page = await reportOf(imagesReport({ ...facts, data: "digits", accuracies, quality }, []));
    expect(page.match(/>broke</g)).toHaveLength(6);
    expect(page).not.toContain("NaN");
    expect(imageFronts(quality)).toEqual([]);
    expect(
      alphaFigures([{ alpha: 0.5, base: accuracies.filter(isBroken)[0] as Broken, hypersolver: lost(1) }]),
    ).toHaveLength(1);
  });
});

const request = { preset: "smoke", seed: 0, command: "test" } as const;
const { smoke } = mnistPresets;
const FEW = { iterations: 6, trajectoryIterations: 2, trajectories: 16 };

describe("the experiment", () => {
  test("needs its images", async () => {
    await expect(mnist.run(request)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "images" },
    });
  });

  test("stopped while it trains, keeps the classifier and says so", async () => {
    const controller = new AbortController();
    const { status, artifacts, summary } = await mnist.run(
      { ...request, images },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    expect(status).toBe("interrupted");
    expect(artifacts[0]?.path).toBe("classifier.safetensors");
    expect(artifacts.filter(({ path }) => path.endsWith(".onnx"))).toEqual([]);
    expect(summary).toContain("Interrupted before the fits.");
  });
});

/** At its first iteration: the first fit is whole. */
const stoppedInSecondFit = (): ExperimentContext => {
  const controller = new AbortController();
  let fits = 0;
  return {
    signal: controller.signal,
    onProgress: ({ stage, done }) => {
      if (stage === "fitting" && done === 1) fits++;
      if (fits === 2) controller.abort();
    },
  };
};

test("an experiment with a classifier that nobody trained here says nothing of training", async () => {
  const untrained = imageExperiment<ImagePreset>({
    ...{ name: "untrained", title: "Untrained", dataset: "mnist", presets: mnistAuthorsPresets },
    table: imageTable,
    source: () => async (_, _run, onClassifier) => {
      const studied = { classifier, training: "none" };
      await onClassifier(studied);
      return studied;
    },
  });
  const fit = { ...smoke.fit, ...FEW };
  const spec: ImagePreset = { ...smoke, fit, test: 32, fronts: 32, batch: 16 };
  const { artifacts, metrics } = await untrained.run({ ...request, images, spec }, stoppedInSecondFit());
  expect(metrics).not.toHaveProperty("training");
  expect(Object.keys((metrics as Partial<ImageMetrics>).fits ?? {})).toContain("HyperEuler");
  const paths = artifacts.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(["classifier.safetensors", "correction.onnx", "report.html"]));
  expect(paths.filter((path) => path.endsWith(".svg"))).toEqual([]);
});

describe("an interrupted experiment", () => {
  const spec = { ...smoke, fit: { ...smoke.fit, ...FEW }, test: 64, fronts: 32, batch: 16 };
  const store = checkpointsInMemory();
  const run = (context: ExperimentContext = {}) =>
    mnist.run({ ...request, images, spec }, { store, ...context });
  const fileOf = ({ artifacts }: ExperimentResult, name: string) =>
    artifacts.find(({ path }) => path === name)?.content;
  /** Every fit measures its own on the way: the measurement to stop in is that after the last. */
  const stoppedAtMeasuring = (): ExperimentContext => {
    const controller = new AbortController();
    const fitted = () => [...store.files.keys()].filter((path) => /fit-[^.]*\.onnx$/.test(path)).length;
    return {
      signal: controller.signal,
      onProgress: ({ stage }) => stage === MEASURING_METHODS && fitted() === 4 && controller.abort(),
    };
  };

  let broken: ExperimentResult;
  let unmeasured: ExperimentResult;
  let resumed: ExperimentResult;
  let kept: string[];
  beforeAll(async () => {
    broken = await run(stoppedInSecondFit());
    kept = [...store.files.keys()].sort();
    unmeasured = await run({ resume: true, ...stoppedAtMeasuring() });
    resumed = await run({ resume: true });
  });

  test("keeps the fits that it had made", () => {
    expect(broken.status).toBe("interrupted");
    expect(broken.summary).toContain(
      "Interrupted after the fits of HyperEuler; HyperEuler, features (not finished).",
    );
    expect(fileOf(broken, "correction.onnx")).toBeDefined();
    expect(kept.filter((path) => path.includes("fit-"))).toEqual([
      "stages/fit-hypereuler-features.checkpoint.safetensors",
      ...["json", "onnx", "solver.onnx", "story.json"].map((part) => `stages/fit-hypereuler.${part}`),
    ]);
  });

  test("goes on from them, and from the classifier", () => {
    const [before, metrics] = [broken, unmeasured].map((result) => result.metrics as Partial<ImageMetrics>);
    expect(unmeasured.status).toBe("interrupted");
    expect(metrics).not.toHaveProperty("quality");
    const page = String(fileOf(unmeasured, "report.html"));
    expect(page).toContain("What each part of the fit gave");
    for (const heading of ["Accuracy on test images", "Against every other solver"])
      expect(page).not.toContain(heading);
    const pictures = unmeasured.artifacts.flatMap(({ path }) => (path.endsWith(".svg") ? [path] : []));
    expect(pictures).toEqual(["figures/accuracy.svg"]);
    expect(metrics?.training).toEqual(before?.training);
    expect(Object.keys(metrics?.fits ?? {})).toHaveLength(4);
    expect(metrics?.fits?.HyperEuler).toEqual(before?.fits?.HyperEuler);
    expect(fileOf(unmeasured, "correction.onnx")).toEqual(fileOf(broken, "correction.onnx"));
    expect(resumed.status).toBe("complete");
    expect((resumed.metrics as ImageMetrics).fits).toEqual(metrics?.fits);
    for (const { path, content } of unmeasured.artifacts)
      if (/onnx|safetensors/.test(path))
        expect([path, Buffer.from(fileOf(resumed, path) ?? "").equals(Buffer.from(content))]).toEqual([
          path,
          true,
        ]);
  });

  test("measures everything in the end", () => measuresEverything(resumed));

  test("comes from real digits to hypersolvers, pictures and a report", () => {
    const { artifacts, summary } = resumed;
    expect(artifacts.map(({ path }) => path).filter((path) => !path.startsWith("figures/"))).toEqual([
      ...["classifier.safetensors", "correction.onnx", "classifier.onnx"],
      ...["correction-features.onnx", "classifier-features.onnx"],
      ...["correction-midpoint.onnx", "classifier-midpoint.onnx"],
      ...["correction-four.onnx", "classifier-four.onnx", "metrics.json", "report.html"],
    ]);
    for (const name of ["error-maps", "pareto-relative", "pareto-mape", "alpha-family", "accuracy"])
      expect(fileOf(resumed, `figures/${name}.svg`)).toMatch(/^<svg/);
    const metrics = JSON.parse(String(fileOf(resumed, "metrics.json"))) as ImageMetrics;
    const errorOf = (method: string) =>
      whole(metrics.quality).find(({ method: own, steps }) => own === method && steps === 10)?.relative.mean;
    expect(errorOf("HyperEuler")).toBeLessThan((errorOf("Euler") ?? 0) / 2);
    expect(metrics.training.validationAccuracy).toBeGreaterThan(0.3);
    expect(summary).toContain("HyperEuler");
  });
});
