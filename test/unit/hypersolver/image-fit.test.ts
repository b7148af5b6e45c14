import { describe, expect, test } from "vitest";
import { trace } from "../../../src/graph/index.js";
import {
  cardWarnings,
  decodeCorrection,
  encodeCorrection,
  encodedStates,
  type Fit,
  type FitOptions,
  type FitProgress,
  fitCorrection,
  hyperRule,
  MEASURING,
  measureRule,
  meshErrors,
  rebindCorrection,
  referenceEnds,
  referenceStates,
  resolveFit,
} from "../../../src/hypersolver/index.js";
import { referenceBatches, stateAt } from "../../../src/hypersolver/reference-batches.js";
import { residualSource } from "../../../src/hypersolver/residual-rows.js";
import {
  alpha,
  type ButcherTableau,
  euler,
  type Field,
  heun,
  makeField,
  midpoint,
  rk4,
  tableauRule,
  uniformMesh,
} from "../../../src/ode/index.js";
import { Random, rows, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { cardFor } from "../../helpers/cards.js";
import { relativeDifference } from "../../helpers/compare.js";
import { pendulum, smallFit, weightsOf } from "../../helpers/fitting.js";
import {
  convolutionalField,
  decay,
  imageShape,
  imageSpan,
  normalTensor,
  RATE,
  smallImageFit,
} from "../../helpers/image-fields.js";

const field = convolutionalField();

/** Relative endpoint errors of base and hypersolver on images that the fit has not seen. */
async function errorsOf(fit: Fit, base: ButcherTableau = fit.settings.base): Promise<[number, number]> {
  const samples = smallImageFit.states.heldOut(40, new Random(5));
  const { steps } = fit.settings;
  const ends = await referenceEnds(field, imageSpan, samples, MEASURING);
  const errors: number[] = [];
  for (const rule of [tableauRule(field, base), hyperRule(field, rebindCorrection(fit.correction, base))])
    errors.push((await measureRule(field, rule, imageSpan, steps, samples, ends)).errors.relative);
  return [errors[0] ?? Number.NaN, errors[1] ?? Number.NaN];
}

describe("residuals of images", () => {
  test("are (z(s+ε) − z − εψ)/ε^(p+1), as computed in plain float64", async () => {
    for (const [base, terms] of [
      [euler, 1],
      [midpoint, 2],
      [heun, 2],
    ] as const) {
      const exactField = decay();
      const inputs = ["z", "stages", "epsilon", "s", "z0"] as const;
      const fit = resolveFit(exactField, { ...smallImageFit, base, inputs, epsilon: [0.2, 0.4] });
      const settings = { method: "dopri5", tolerance: 1e-10, precision: "float64" } as const;
      const references = await referenceBatches(exactField, fit, settings);
      const source = await residualSource(exactField, fit, settings);
      const batch = await references.next();
      const parts = await source.rows(batch);
      for (const [i, { s, end }] of batch.pairs.entries()) {
        const x = RATE * (end - s);
        // e^x less its Taylor polynomial, over ε^(p+1).
        const polynomial = terms === 1 ? 1 + x : 1 + x + (x * x) / 2;
        const factor = (Math.exp(x) - polynomial) / (end - s) ** (terms + 1);
        const z = toFloat64(stateAt(batch, s));
        const part = parts[i] ?? {};
        expect(part.z?.data).toEqual(stateAt(batch, s).data);
        expect(part.z0?.data).toEqual(stateAt(batch, 0).data);
        expect(
          relativeDifference(
            toFloat64(part.k0 as Tensor),
            z.map((value) => RATE * value),
          ),
        ).toBeLessThan(1e-6);
        // Float32 states, 6e-8 of them, over ε^(p+1) ≥ 0.008, against residuals of a tenth of the state.
        const residual = toFloat64(part.residual as Tensor);
        expect(
          relativeDifference(
            residual,
            z.map((value) => factor * value),
          ),
        ).toBeLessThan(2e-4);
        expect(part.epsilon?.shape).toEqual([8, 1, 1, 1]);
      }
      await references.dispose();
      await source.dispose();
    }
  });
});

describe("a fit on images", () => {
  test.each([
    ["HyperEuler", euler, {}],
    ["HyperMidpoint", midpoint, {}],
    ["HyperHeun", heun, { meshPoints: 2 }],
    [
      "features",
      euler,
      {
        architecture: {
          inputs: ["features", "z", "stages"],
          hidden: [8],
          kernels: [1, 3],
          activation: "silu",
        },
      },
    ],
    ["trajectory loss", euler, { loss: "trajectory" }],
    ["both losses", euler, { loss: "both" }],
  ] satisfies [string, ButcherTableau, Partial<FitOptions>][])(
    "ends closer than its base on unseen images: %s",
    async (_, base, options) => {
      const fit = await fitCorrection(field, { ...smallImageFit, steps: 4, base, ...options });
      const [bare, hyper] = await errorsOf(fit);
      // Half of the mesh points an iteration see half as much in as many iterations.
      expect(hyper).toBeLessThan(bare / (fit.settings.meshPoints === undefined ? 2 : 1.4));
      expect(fit).toMatchObject({ status: "complete", iterations: 150 });
      // Other draws of the same distribution, the same measure.
      expect(fit.bestError / hyper).toBeCloseTo(1, 0);
    },
  );

  test("in two phases: residuals, then trajectories, each from the best before", async () => {
    const seen: FitProgress[] = [];
    const onProgress = (progress: FitProgress) => seen.push(progress);
    const one = await fitCorrection(field, { ...smallImageFit, iterations: 60 });
    const options = { ...smallImageFit, iterations: 60, trajectoryIterations: 60, onProgress };
    const two = await fitCorrection(field, options);
    expect(two.iterations).toBe(120);
    expect(two.bestError).toBeLessThanOrEqual(one.bestError);
    expect(new Set(two.losses.map(({ kind }) => kind))).toEqual(new Set(["residual", "trajectory"]));
    expect(two.losses.map(({ iteration }) => iteration)).toEqual(
      Array.from({ length: 120 }, (_, i) => i + 1),
    );
    expect(two.losses.slice(0, 60)).toEqual(one.losses);
    expect(seen.at(-1)).toMatchObject({ phase: "fit", done: 120, total: 120 });
    // Rates end where they were told to: 5e-4, and a tenth of that.
    expect(two.losses[59]?.learningRate).toBeCloseTo(5e-4, 4);
    expect(two.losses[119]?.learningRate).toBeLessThan(1e-4);
  });

  test("repeats bit by bit with its seed", async () => {
    const options = { ...smallImageFit, iterations: 12, pretrain: 2, swapEvery: 2, meshPoints: 2 };
    const [once, again] = [await fitCorrection(field, options), await fitCorrection(field, options)];
    const other = await fitCorrection(field, { ...options, seed: 4 });
    expect(weightsOf(again)).toEqual(weightsOf(once));
    expect(weightsOf(other)).not.toEqual(weightsOf(once));
  });

  test("stopped in either phase keeps the best so far", async () => {
    for (const stopAt of [30, 90]) {
      const abort = new AbortController();
      const onProgress = ({ phase, done }: FitProgress) => {
        if (phase === "fit" && done >= stopAt) abort.abort();
      };
      const phases = { iterations: 60, trajectoryIterations: 60 };
      const options = { ...smallImageFit, ...phases, onProgress, signal: abort.signal };
      const fit = await fitCorrection(field, options);
      expect(fit).toMatchObject({ status: "interrupted", iterations: stopAt });
      const [bare, hyper] = await errorsOf(fit);
      expect(hyper).toBeLessThan(bare);
    }
  });

  test("stopped before it began is an error: there is nothing to keep", async () => {
    const options = { ...smallImageFit, signal: AbortSignal.abort() };
    await expect(fitCorrection(field, options)).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  test("takes states that are made on demand, never more than a mini-batch of them", async () => {
    const counts = { training: 30, validation: 5, heldOut: 5 };
    let most = 0;
    const states = encodedStates("encoded", counts, async (_, picked) => {
      most = Math.max(most, picked.length);
      return { z0: normalTensor([picked.length, ...imageShape], picked[0] ?? 0), controls: {} };
    });
    const fit = await fitCorrection(field, { ...smallImageFit, states, iterations: 12 });
    expect(fit.status).toBe("complete");
    expect(most).toBe(8);
    expect(() => encodedStates("none", { ...counts, heldOut: 0 }, async () => Promise.reject())).toThrow(
      /heldOut/,
    );
  });

  test("chooses the reference by the noise that it leaves, unless told", async () => {
    const chosen = await fitCorrection(field, { ...smallImageFit, iterations: 1 });
    expect(chosen.data.settings).toMatchObject({ method: "dopri5", precision: "float32" });
    const told = await fitCorrection(field, { ...smallImageFit, iterations: 1, referenceTolerance: 1e-4 });
    expect(told.data.settings.tolerance).toBe(1e-4);
    expect(told.data.noiseFloor).toBeGreaterThan(0);
  });
});

describe("a correction for images", () => {
  const fitted = fitCorrection(field, { ...smallImageFit, base: midpoint, steps: 3 });

  test("goes through its file unchanged", async () => {
    const { correction } = await fitted;
    const card = cardFor(field, {
      ...{ base: "midpoint", inputs: [...correction.inputs], features: [...correction.features] },
      states: { source: "normal", mean: [0, 0], deviation: [1, 1] },
    });
    const read = decodeCorrection(encodeCorrection(correction, card), "correction.onnx");
    expect(read.card).toEqual(card);
    const samples = smallImageFit.states.heldOut(4, new Random(1));
    const ends = await referenceEnds(field, imageSpan, samples, MEASURING);
    const endOf = async (rule: ReturnType<typeof hyperRule>): Promise<Float64Array> =>
      toFloat64((await measureRule(field, rule, imageSpan, 3, samples, ends)).end);
    const own = await endOf(hyperRule(field, correction));
    expect(relativeDifference(await endOf(hyperRule(field, read)), own)).toBeLessThan(1e-6);
  });

  test("serves other methods of its family, and says that they are others", async () => {
    const fit = await fitted;
    for (const each of [alpha(0.4), alpha(0.6), heun]) {
      const [bare, hyper] = await errorsOf(fit, each);
      expect(hyper).toBeLessThan(bare);
    }
    const card = cardFor(field, { base: "midpoint", epsilon: [0.1, 0.5] });
    const use = { span: imageSpan, steps: 3 };
    expect(cardWarnings(card, field, { ...use, base: alpha(0.4) })).toEqual([
      expect.stringContaining("fitted to midpoint and is used with alpha(0.4)"),
    ]);
    expect(cardWarnings(card, field, { ...use, base: midpoint })).toEqual([]);
    for (const wrong of [euler, rk4])
      expect(() => rebindCorrection(fit.correction, wrong)).toThrow(/order 2, stages 2/);
  });

  test("has an error at every mesh point, image by image", async () => {
    const fit = await fitted;
    const samples = smallImageFit.states.heldOut(3, new Random(2));
    const mesh = uniformMesh(imageSpan, 3);
    const reference = await referenceStates(field, mesh, samples, MEASURING);
    const points = await meshErrors(field, hyperRule(field, fit.correction), mesh, samples, reference);
    expect(points.map(({ s }) => s)).toEqual(mesh);
    expect(points[0]?.errors.largest).toBe(0);
    for (const { absolute, errors } of points) {
      expect(absolute.shape).toEqual([3, ...imageShape]);
      const second = toFloat64(rows(absolute, 1, 2));
      expect(Math.hypot(...second)).toBeCloseTo(errors.samples[1] ?? Number.NaN, 6);
    }
  });
});

describe("a fit on images refuses", () => {
  const refused = (options: Partial<FitOptions>, of: Field = field): Promise<unknown> =>
    fitCorrection(of, { ...smallImageFit, iterations: 2, ...options });

  test("features of another size, by name", async () => {
    const options = { inputs: ["z", "features"], features: ["small"] } as const;
    await expect(refused(options)).rejects.toMatchObject({
      code: "SHAPE_MISMATCH",
      facts: { what: expect.stringContaining("feature small"), received: expect.stringContaining("3, 2") },
    });
  });

  test("an architecture that does not exist, or is for vectors", async () => {
    await expect(refused({ architecture: "mlp" as never })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "architecture", expected: expect.stringContaining("mnist-paper") },
    });
  });

  test("features where the field has no hidden layer", async () => {
    await expect(refused({ architecture: "features" }, decay())).rejects.toMatchObject({
      facts: { what: "features" },
    });
  });

  test("states that are neither vectors nor images", async () => {
    const graph = trace({ z: { shape: ["batch", 3, 4] } }, ({ z }) => ({ dz: z }));
    const roles = { state: "z", depth: undefined, controls: [], output: "dz" };
    await expect(refused({}, makeField(graph, roles, {}))).rejects.toMatchObject({ code: "SHAPE_MISMATCH" });
  });

  test.each([
    ["architecture", { architecture: "mnist-paper" }],
    ["kernels", { kernels: [3, 3] }],
    ["meshPoints", { meshPoints: 2 }],
    ["activation", { activation: "channel-prelu" }],
  ] satisfies [string, Partial<FitOptions>][])("%s for vector states", async (what, options) => {
    await expect(fitCorrection(pendulum(), { ...smallFit, ...options })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what },
    });
  });

  test.each([
    ["trajectoryIterations", { trajectoryIterations: -1 }],
    ["finalLearningRate", { finalLearningRate: Number.NaN }],
    ["referenceMemory", { referenceMemory: -1 }],
    ["meshPoints", { meshPoints: 0 }],
    ["kernels", { kernels: [3] }],
  ] satisfies [string, Partial<FitOptions>][])("an unusable %s", async (what, options) => {
    await expect(refused(options)).rejects.toMatchObject({ code: "INVALID_ARGUMENT", facts: { what } });
  });
});

test("residual first, then trajectory, serves vectors too", async () => {
  const fit = await fitCorrection(pendulum(), {
    ...smallFit,
    iterations: 100,
    trajectoryIterations: 100,
    steps: 2,
  });
  expect(fit.iterations).toBe(200);
  expect(fit.losses.at(-1)?.kind).toBe("trajectory");
  const first = await fitCorrection(pendulum(), { ...smallFit, iterations: 100, steps: 2 });
  expect(fit.bestError).toBeLessThanOrEqual(first.bestError);
});
