import { describe, expect, test } from "vitest";
import {
  decodeCorrection,
  encodeCorrection,
  normalStates,
  stateWarnings,
  uniformStates,
  weightsWarnings,
} from "../../../../src/hypersolver/index.js";
import { fromNumbers, Random, toFloat64 } from "../../../../src/tensor/index.js";
import { cardFor } from "../../../helpers/cards.js";
import { driven } from "../../../helpers/closed-form.js";
import { smallCorrection } from "../../../helpers/corrections.js";

const card = cardFor(driven.field("float32"));

describe("weights that were changed after the card was written", () => {
  const fresh = decodeCorrection(encodeCorrection(smallCorrection(), card), "g");

  test("are told of, and no others", () => {
    expect(fresh.card.weights).toMatch(/^[0-9a-f]{16}$/);
    expect(weightsWarnings(fresh)).toEqual([]);
    const [[name, value] = ["none", fromNumbers([], [0])]] = Object.entries(fresh.parameters);
    expect(value.data.length).toBeGreaterThan(0);
    const changed = fromNumbers(Float32Array.from(value.data as Float32Array).fill(0.5), value.shape);
    const tampered = { ...fresh, parameters: { ...fresh.parameters, [name]: changed } };
    expect(weightsWarnings(tampered)).toEqual([
      expect.stringContaining("weights of this correction were changed"),
    ]);
  });

  test("cannot be told in files of before", () => {
    expect(weightsWarnings({ ...fresh, card })).toEqual([]);
  });
});

describe("initial states", () => {
  const random = new Random(1);
  const normal = (count: number) => normalStates([2]).heldOut(count, random).z0;
  const shifted = (states: ReturnType<typeof normal>, by: number) =>
    fromNumbers(
      toFloat64(states).map((value) => value + by),
      states.shape,
    );

  test.each([
    ["as learned", normal(4000), 0],
    ["wider by half", uniformStates([2], -3.5, 3.5).heldOut(1000, random).z0, 0],
    ["elsewhere", uniformStates([2], 50, 60).heldOut(16, random).z0, 16],
    ["a mean of six deviations away", shifted(normal(100), 6), 100],
  ])("%s", (_, z0, far) => {
    const warnings = stateWarnings(card, z0);
    if (far === 0) expect(warnings).toEqual([]);
    else
      expect(warnings).toEqual([
        expect.stringMatching(new RegExp(`^\\d+ of ${far} initial states are more than 4`)),
      ]);
  });

  test("in a column that never varied are far wherever they differ", () => {
    const flat = { ...card, states: { source: "data with a zero", mean: [0, 0], deviation: [1, 0] } };
    const rows = (second: number) => fromNumbers([0.5, second, -1, second], [2, 2]);
    expect(stateWarnings(flat, rows(0))).toEqual([]);
    expect(stateWarnings(flat, rows(0.1))).toHaveLength(1);
  });

  test("of images are judged by channel", () => {
    const images = (value: number) => fromNumbers(Array(2 * 2 * 3 * 3).fill(value), [2, 2, 3, 3]);
    expect(stateWarnings(card, images(3))).toEqual([]);
    expect(stateWarnings(card, images(5))).toEqual([expect.stringMatching(/^2 of 2 initial states/)]);
  });
});
