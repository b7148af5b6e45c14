import { describe, expect, test } from "vitest";
import { runFit } from "../../../src/experiments/index.js";
import { mul, neg } from "../../../src/graph/index.js";
import { decodeCorrection, uniformStates } from "../../../src/hypersolver/index.js";
import { defineField } from "../../../src/ode/index.js";
import { toFloat64 } from "../../../src/tensor/index.js";

/** dz/ds = −z³: Euler's method with few steps overflows from the larger of these states. */
const field = defineField(["batch", 1], (_s, z) => neg(mul(z, mul(z, z))));

describe("a base that breaks on some states", () => {
  test("costs neither the fit nor its files", async () => {
    const spec = {
      ...{ base: "euler", steps: 8, span: [0, 2] as const },
      ...{ iterations: 400, trajectories: 1024, batch: 128, hidden: [16] },
    };
    const request = {
      field,
      title: "cubic",
      command: "test",
      spec,
      states: uniformStates([1], -8, 8),
      heldOut: 200,
      figures: true,
      budget: [2, 8],
    };
    const { metrics, artefacts, card } = await runFit(request);
    expect(metrics.base.mean).toBe(Number.POSITIVE_INFINITY);
    expect(Number.isFinite(metrics.hypersolver.mean)).toBe(true);
    expect(card.measured.every(({ base, hypersolver }) => Number.isFinite(base + hypersolver))).toBe(true);
    const file = artefacts.find(({ path }) => path === "correction.onnx")?.content;
    const read = decodeCorrection(file as Uint8Array, "correction.onnx");
    expect(Object.values(read.parameters).some((value) => toFloat64(value).some((x) => x !== 0))).toBe(true);
  });
});
