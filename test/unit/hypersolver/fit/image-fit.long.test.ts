import { describe, expect, test } from "vitest";
import { encodedStates, type FitSpec } from "../../../../src/hypersolver/index.js";
import { type ButcherTableau, euler, heun, midpoint } from "../../../../src/ode/index.js";
import type { ProgressEvent } from "../../../../src/runtime/index.js";
import { fitted, pendulum, smallFit, weightsOf } from "../../../helpers/fitting.js";
import {
  convolutionalField,
  errorsOf,
  imageShape,
  normalTensor,
  smallImageFit,
} from "../../../helpers/image-fields.js";

const field = convolutionalField();

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
  ] satisfies [string, ButcherTableau, Partial<FitSpec>][])(
    "ends closer than its base on unseen images: %s",
    async (_, base, options) => {
      const fit = await fitted(field, { ...smallImageFit, steps: 4, base: base.name, ...options });
      const [bare, hyper] = await errorsOf(fit);
      // Half of the mesh points an iteration see half as much in as many iterations.
      expect(hyper).toBeLessThan(bare / (fit.spec.meshPoints === undefined ? 2 : 1.4));
      expect(fit).toMatchObject({ status: "complete", iterations: 150 });
      // Other draws of the same distribution, the same measure.
      expect(fit.bestError / hyper).toBeCloseTo(1, 0);
    },
  );

  test("in two phases: residuals, then trajectories, each from the best before", async () => {
    const seen: ProgressEvent[] = [];
    const onProgress = (progress: ProgressEvent) => seen.push(progress);
    const one = await fitted(field, { ...smallImageFit, iterations: 60 });
    const options = { ...smallImageFit, iterations: 60, trajectoryIterations: 60, onProgress };
    const two = await fitted(field, options);
    expect(two.iterations).toBe(120);
    expect(two.bestError).toBeLessThanOrEqual(one.bestError);
    expect(new Set(two.losses.map(({ kind }) => kind))).toEqual(new Set(["residual", "trajectory"]));
    expect(two.losses.map(({ iteration }) => iteration)).toEqual(
      Array.from({ length: 120 }, (_, i) => i + 1),
    );
    expect(two.losses.slice(0, 60)).toEqual(one.losses);
    expect(seen.at(-1)).toMatchObject({ stage: "fitting trajectories", done: 60, total: 60 });
    // Rates end where they were told to: 5e-4, and a tenth of that.
    expect(two.losses[59]?.learningRate).toBeCloseTo(5e-4, 4);
    expect(two.losses[119]?.learningRate).toBeLessThan(1e-4);
  });

  test("by trajectories, detached from f, differs for two steps, not for one", async () => {
    const weights = async (steps: number, throughField: boolean): Promise<number[]> => {
      const options = { ...smallImageFit, iterations: 8, loss: "trajectory", steps, throughField } as const;
      return weightsOf(await fitted(field, options));
    };
    expect(await weights(1, false)).toEqual(await weights(1, true));
    expect(await weights(2, false)).not.toEqual(await weights(2, true));
  });

  test("repeats bit by bit with its seed", async () => {
    const options = { ...smallImageFit, iterations: 12, pretrain: 2, swapEvery: 2, meshPoints: 2 };
    const [once, again] = [await fitted(field, options), await fitted(field, options)];
    const other = await fitted(field, { ...options, seed: 4 });
    expect(weightsOf(again)).toEqual(weightsOf(once));
    expect(weightsOf(other)).not.toEqual(weightsOf(once));
  });

  test("stopped in either phase keeps the best so far", async () => {
    for (const stopAt of [30, 90]) {
      const abort = new AbortController();
      const onProgress = ({ metrics }: ProgressEvent) => {
        if ((metrics?.iteration ?? 0) >= stopAt) abort.abort();
      };
      const phases = { iterations: 60, trajectoryIterations: 60 };
      const options = { ...smallImageFit, ...phases, onProgress, signal: abort.signal };
      const fit = await fitted(field, options);
      expect(fit).toMatchObject({ status: "interrupted", iterations: stopAt });
      const [bare, hyper] = await errorsOf(fit);
      expect(hyper).toBeLessThan(bare);
    }
  });

  test("stopped before it began is an error: there is nothing to keep", async () => {
    const options = { ...smallImageFit, signal: AbortSignal.abort() };
    await expect(fitted(field, options)).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  test("takes states that are made on demand, never more than a mini-batch of them", async () => {
    const counts = { training: 30, validation: 5, heldOut: 5 };
    let most = 0;
    const states = encodedStates("encoded", counts, async (_, picked) => {
      most = Math.max(most, picked.length);
      return { z0: normalTensor([picked.length, ...imageShape], picked[0] ?? 0), controls: {} };
    });
    const fit = await fitted(field, { ...smallImageFit, states, iterations: 12 });
    expect(fit.status).toBe("complete");
    expect(most).toBe(8);
    expect(() => encodedStates("none", { ...counts, heldOut: 0 }, async () => Promise.reject())).toThrow(
      /heldOut/,
    );
  });

  test("chooses the reference by the noise that it leaves, unless told", async () => {
    const chosen = await fitted(field, { ...smallImageFit, iterations: 1 });
    expect(["dopri5@1e-3", "dopri5@1e-4", "dopri5@1e-5", "dopri5@1e-6"]).toContain(
      chosen.data.reference.text,
    );
    const told = await fitted(field, { ...smallImageFit, iterations: 1, referenceTolerance: 1e-4 });
    expect(told.data.reference.text).toBe("dopri5@1e-4");
    expect(told.data.noiseFloor).toBeGreaterThan(0);
  });
});

test("residual first, then trajectory, serves vectors too", async () => {
  const fit = await fitted(pendulum(), {
    ...smallFit,
    iterations: 100,
    trajectoryIterations: 100,
    steps: 2,
  });
  expect(fit.iterations).toBe(200);
  expect(fit.losses.at(-1)?.kind).toBe("trajectory");
  const first = await fitted(pendulum(), { ...smallFit, iterations: 100, steps: 2 });
  expect(fit.bestError).toBeLessThanOrEqual(first.bestError);
});
