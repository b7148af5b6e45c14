import { describe, expect, test } from "vitest";
import { trace } from "../../../../src/graph/index.js";
import {
  defaultTails,
  logTailRatio,
  type Tails,
  tailedSample,
  tailsInBatch,
} from "../../../../src/models/flow/base-tails.js";
import {
  type BaseDistribution,
  logisticBase,
  normalBase,
  studentTBase,
} from "../../../../src/models/index.js";
import { compile } from "../../../../src/runtime/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { meanOf, normals, scaled } from "../../../helpers/flows.js";

/** log q/p of rows, in float32 as in training. */
async function logRatios(base: BaseDistribution, tails: Tails, z: Tensor): Promise<Float64Array> {
  const graph = trace({ z: { shape: [...z.shape] } }, (inputs) => ({
    ratio: logTailRatio(base, tails, inputs.z as never),
  }));
  const program = await compile(graph);
  const { ratio } = await program.run({ z });
  await program.dispose();
  return toFloat64(ratio as Tensor);
}

describe("the density of tailed draws over the base's", () => {
  test.each([1, 2, 16, 100, 400])("integrates to 1 over the base: %d columns", async (d) => {
    const ratios = await logRatios(normalBase, defaultTails(d), normals(20_000, d, d));
    // Its deviation over the base is 0.1 to 0.3.
    expect(Math.abs(meanOf(ratios.map(Math.exp)) - 1)).toBeLessThan(0.01);
  });

  test.each([1, 2, 16, 100])("and back: p/q integrates to 1 over the draws: %d columns", async (d) => {
    for (const batch of [4, 12, 512]) {
      const tails = tailsInBatch(defaultTails(d), batch);
      const random = new Random(d);
      const draws = Array.from({ length: Math.ceil(8000 / batch) }, () => [
        ...toFloat64(tailedSample(normalBase, tails, batch, d, random)),
      ]).flat();
      const ratios = await logRatios(normalBase, tails, fromNumbers(draws, [draws.length / d, d]));
      expect(Math.abs(meanOf(ratios.map((ratio) => Math.exp(-ratio))) - 1)).toBeLessThan(0.02);
    }
  });

  test.each([normalBase, logisticBase, studentTBase(3)])("is finite far out: $name", async (base) => {
    const far = scaled(normals(50, 200, 1), 100);
    for (const tails of [defaultTails(200), { share: 1 / 8, scale: 1.6 }, { share: 0.5, scale: 3 }])
      expect((await logRatios(base, tails, far)).every(Number.isFinite)).toBe(true);
  });

  test("leaves widened draws a say in every dimension", async () => {
    const weights = [2, 16, 100, 400].map(async (d) => {
      const wide = scaled(normals(5000, d, d), defaultTails(d).scale);
      return meanOf((await logRatios(normalBase, defaultTails(d), wide)).map((ratio) => Math.exp(-ratio)));
    });
    for (const weight of await Promise.all(weights)) expect(weight).toBeGreaterThan(0.6);
    const fixed = await logRatios(
      normalBase,
      { share: 1 / 8, scale: 1.6 },
      scaled(normals(500, 100, 3), 1.6),
    );
    expect(meanOf(fixed.map((ratio) => Math.exp(-ratio)))).toBeLessThan(0.05);
  });
});

describe("the tails of a batch", () => {
  test("are as wide as ever in the plane, and less so in more dimensions", () => {
    expect([1, 2].map(defaultTails)).toEqual(Array(2).fill({ share: 1 / 8, scale: 1.6 }));
    expect(defaultTails(8).scale).toBeCloseTo(1.3, 12);
  });

  test.each([
    [1, 1 / 8, 0],
    [3, 1 / 8, 0],
    [4, 1 / 8, 1],
    [100, 1 / 8, 13],
    [512, 1 / 8, 64],
    [1, 0.9, 0],
    [2, 0.9, 1],
  ])("are whole draws, and never all: of %d, %d", (batch, share, widened) => {
    const tails = tailsInBatch({ share, scale: 2 }, batch);
    expect(tails).toEqual({ share: widened / batch, scale: 2 });
    const [plain, tailed] = [
      normalBase.sample(batch, 3, new Random(1)),
      tailedSample(normalBase, tails, batch, 3, new Random(1)),
    ];
    expect([...tailed.data].filter((value, i) => value !== plain.data[i])).toHaveLength(3 * widened);
  });
});
