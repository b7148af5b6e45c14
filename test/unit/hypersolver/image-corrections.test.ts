import { describe, expect, test } from "vitest";
import {
  type Correction,
  cardWarnings,
  decodeCorrection,
  encodeCorrection,
  hyper,
  measureMethod,
  meshErrors,
  rebindCorrection,
  referenceStates,
  weightsWarnings,
} from "../../../src/hypersolver/index.js";
import { referenceEnds } from "../../../src/hypersolver/internal.js";
import { MEASURING } from "../../../src/hypersolver/reference/reference.js";
import { alpha, euler, heun, midpoint, rk4, uniformMesh } from "../../../src/ode/index.js";
import { Random, rows, toFloat64 } from "../../../src/tensor/index.js";
import { cardFor } from "../../helpers/cards.js";
import { relativeDifference } from "../../helpers/compare.js";
import { fitted } from "../../helpers/fitting.js";
import {
  convolutionalField,
  errorsOf,
  imageShape,
  imageSpan,
  smallImageFit,
} from "../../helpers/image-fields.js";

const field = convolutionalField();

describe("a correction for images", () => {
  const made = fitted(field, { ...smallImageFit, base: "midpoint", steps: 3 });

  test("goes through its file unchanged", async () => {
    const { correction } = await made;
    const card = cardFor(field, {
      ...{ base: "midpoint", inputs: [...correction.inputs], features: [...correction.features] },
      states: { source: "normal", mean: [0, 0], deviation: [1, 1] },
    });
    const read = decodeCorrection(encodeCorrection(correction, card), "correction.onnx");
    expect(read.card).toEqual({ ...card, weights: expect.any(String) });
    expect(weightsWarnings(read)).toEqual([]);
    const samples = smallImageFit.states.heldOut(4, new Random(1));
    const ends = await referenceEnds(field, imageSpan, samples, MEASURING);
    const endOf = async (own: Correction): Promise<Float64Array> =>
      toFloat64((await measureMethod(field, hyper(own, { steps: 3 }), imageSpan, samples, ends)).end);
    const own = await endOf(correction);
    expect(relativeDifference(await endOf(read), own)).toBeLessThan(1e-6);
  });

  test("serves other methods of its family, and says that they are others", async () => {
    const fit = await made;
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
    const fit = await made;
    const samples = smallImageFit.states.heldOut(3, new Random(2));
    const mesh = uniformMesh(imageSpan, 3);
    const reference = await referenceStates(field, mesh, samples, MEASURING);
    const points = await meshErrors(
      field,
      hyper(fit.correction, { steps: mesh.length - 1 }),
      imageSpan,
      samples,
      reference,
    );
    expect(points.map(({ s }) => s)).toEqual(mesh);
    expect(points[0]?.errors.largest).toBe(0);
    for (const { absolute, errors } of points) {
      expect(absolute.shape).toEqual([3, ...imageShape]);
      const second = toFloat64(rows(absolute, 1, 2));
      expect(Math.hypot(...second)).toBeCloseTo(errors.samples[1] ?? Number.NaN, 6);
    }
  });
});
