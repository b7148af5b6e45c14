import { describe, expect, test } from "vitest";
import { type Fit, normalStates } from "../../../../src/hypersolver/index.js";
import type { Field } from "../../../../src/ode/index.js";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../../../src/optim/index.js";
import type { ProgressEvent } from "../../../../src/runtime/index.js";
import { type FitCase, fitted, pendulum, smallFit } from "../../../helpers/fitting.js";
import { convolutionalField, smallImageFit } from "../../../helpers/image-fields.js";

/** A fit with its checkpoints, which went through their file. */
async function recorded(field: Field, options: FitCase) {
  const checkpoints: Checkpoint[] = [];
  const onCheckpoint = (checkpoint: Checkpoint): void => {
    checkpoints.push(decodeCheckpoint(encodeCheckpoint(checkpoint), "checkpoint"));
  };
  return { fit: await fitted(field, { ...options, onCheckpoint }), checkpoints };
}

/** Everything of a result but the time it took. */
const essence = ({ correction, losses, bestError, iterations, status, data }: Fit) => ({
  ...{ losses, bestError, iterations, status, data },
  parameters: correction.parameters,
});

const threads = 1;
const vectors: FitCase = { ...smallFit, trajectories: 64, batch: 16, iterations: 21, threads };
const images: FitCase = { ...smallImageFit, iterations: 21, pretrain: 4, swapEvery: 3, threads };
/** Of the five points of four images each that a trajectory of `images` has. */
const oneBatch = 8 * 40 * 4 * 5;

const cases: readonly (readonly [string, Field, FitCase])[] = [
  ["residuals", pendulum(), vectors],
  ["residuals, batches swapped as in the paper", pendulum(), { ...vectors, pretrain: 5, swapEvery: 4 }],
  ["trajectories", pendulum(), { ...vectors, loss: "trajectory", steps: 2 }],
  ["both losses at once", pendulum(), { ...vectors, loss: "both", steps: 2 }],
  ["two phases", pendulum(), { ...vectors, iterations: 9, trajectoryIterations: 8 }],
  ["both directions", pendulum(), { ...vectors, directions: "both" }],
  ["images", convolutionalField(), images],
  ["images, some mesh points at a time", convolutionalField(), { ...images, meshPoints: 2 }],
  // Room for two mini-batches: kept ones come again, in an order that has to be the same.
  [
    "images, in two phases, with little memory",
    convolutionalField(),
    {
      ...{ ...images, iterations: 9, trajectoryIterations: 8, swapEvery: 1, pretrain: 2 },
      ...{ meshPoints: 2, referenceMemory: (2.5 * oneBatch) / 2 ** 20 },
    },
  ],
  [
    "images, in both directions",
    convolutionalField(),
    { ...images, directions: "both", inputs: ["z", "epsilon"] },
  ],
];

describe.each(cases)("a fit by %s", (_, field, options) => {
  test("resumed from its checkpoints ends as without the break, bit by bit", async () => {
    const { fit, checkpoints } = await recorded(field, options);
    const { length } = checkpoints;
    expect(fit.status).toBe("complete");
    expect(length).toBe(fit.iterations);
    for (const at of [0, 3, 8, 12, length - 1]) {
      const again = await recorded(field, { ...options, checkpoint: checkpoints[at] as Checkpoint });
      expect(essence(again.fit)).toEqual(essence(fit));
      expect(again.checkpoints).toHaveLength(length - 1 - at);
    }
  });
});

describe("a fit that was stopped", () => {
  test("within a block goes on from there", async () => {
    const iterations = 900;
    const whole = await fitted(pendulum(), { ...vectors, iterations });
    expect(whole.losses[1]?.iteration).toBe(6);
    const abort = new AbortController();
    const onProgress = ({ metrics }: ProgressEvent): void => {
      if (metrics?.iteration === 3) setImmediate(() => abort.abort());
    };
    const options = { ...vectors, iterations, onProgress, signal: abort.signal };
    const { fit, checkpoints } = await recorded(pendulum(), options);
    const checkpoint = checkpoints.at(-1) as Checkpoint;
    expect(fit.status).toBe("interrupted");
    expect(checkpoint.iteration).toBe(fit.iterations);
    const resumed = await fitted(pendulum(), { ...vectors, iterations, checkpoint });
    expect(essence(resumed)).toEqual(essence(whole));
  });

  test("while its first references are solved again leaves the checkpoint as it was", async () => {
    const { checkpoints } = await recorded(pendulum(), vectors);
    const checkpoint = checkpoints[4] as Checkpoint;
    const signal = AbortSignal.abort();
    await expect(fitted(pendulum(), { ...vectors, checkpoint, signal })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
  });
});

describe("the checkpoint of a fit", () => {
  test.each<[string, Partial<FitCase>]>([
    ["learning rate", { learningRate: 1e-2 }],
    ["seed", { seed: 2 }],
    ["states", { states: normalStates([2]) }],
    ["loss", { loss: "both" }],
    ["number of steps", { steps: 2 }],
    ["number of iterations", { iterations: 22 }],
  ])("with another %s is refused", async (_, other) => {
    const { checkpoints } = await recorded(pendulum(), { ...vectors, iterations: 2 });
    const wrong = { ...vectors, iterations: 2, ...other, checkpoint: checkpoints[0] as Checkpoint };
    await expect(fitted(pendulum(), wrong)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      facts: { what: "checkpoint" },
    });
  });

  test("of the same options in another order, or with a default written out, is taken", async () => {
    const { fit, checkpoints } = await recorded(pendulum(), { ...vectors, iterations: 3 });
    const { base, steps, span, states, ...rest } = vectors;
    const reordered = { swapEvery: 1, states, ...rest, iterations: 3, span, steps, base };
    const resumed = await fitted(pendulum(), {
      ...reordered,
      checkpoint: checkpoints[0] as Checkpoint,
    });
    expect(essence(resumed)).toEqual(essence(fit));
  });
});
