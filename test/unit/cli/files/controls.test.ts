import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  anyControls,
  controlValues,
  readControls,
  withControls,
} from "../../../../src/cli/files/controls.js";
import { encodeNpy } from "../../../../src/data/index.js";
import { add, cast, mul, type Node } from "../../../../src/graph/index.js";
import { normalStates } from "../../../../src/hypersolver/index.js";
import { withGivenInputs } from "../../../../src/ode/field/given-inputs.js";
import { defineField } from "../../../../src/ode/index.js";
import { fromNumbers, Random, type Tensor } from "../../../../src/tensor/index.js";

/** A vector x and a label y a sample, and one number w for all. */
const field = defineField(
  ["batch", 2],
  (_, z: Node, { x, y, w }) => add(mul(z, w as Node), add(x as Node, cast(y as Node, "float32"))),
  {
    controls: {
      x: { shape: ["batch", 2] },
      y: { shape: ["batch", 1], dtype: "int64" },
      w: { shape: [] },
    },
  },
);

const folder = mkdtempSync(join(tmpdir(), "controls-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, value: Tensor): string => {
  const path = join(folder, name);
  writeFileSync(path, encodeNpy(value));
  return path;
};
const w = file("w.npy", fromNumbers([2], []));
const numbersOf = (value: Tensor | undefined): number[] => [...(value?.data ?? [])].map(Number);

describe("controls", () => {
  test("are drawn: floats between bounds, integers with both ends", async () => {
    const controls = await readControls(field, { input: { x: "uniform:2,3", y: "uniform:0,3", w } });
    const { x, y, w: one } = controlValues(controls, 200, new Random(1));
    expect(x?.shape).toEqual([200, 2]);
    expect(numbersOf(x).every((value) => value >= 2 && value < 3)).toBe(true);
    expect(y).toMatchObject({ shape: [200, 1], dtype: "int64" });
    expect(new Set(numbersOf(y))).toEqual(new Set([0, 1, 2, 3]));
    expect(one).toEqual(fromNumbers([2], []));
  });

  test("of files go with drawn states row by row, training's apart from the others", async () => {
    const rows = Array.from({ length: 10 }, (_, i) => [i, -i]).flat();
    const x = file("x.npy", fromNumbers(rows, [10, 2]));
    const fixed = withGivenInputs(field, { fixed: { w: 2 } });
    const controls = await readControls(fixed, { input: { x, y: "uniform:0,1" } });
    const source = withControls(normalStates([2]), controls);
    const seen = (part: "training" | "validation" | "heldOut"): Set<number> => {
      const samples = source[part](100, new Random(2));
      const values = numbersOf(samples.controls.x);
      expect(values.map((value, i) => value + (values[i ^ 1] ?? 0))).toEqual(values.map(() => 0));
      expect(samples.controls.y?.shape).toEqual([100, 1]);
      return new Set(values.map(Math.abs));
    };
    expect(seen("training")).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
    expect(seen("heldOut")).toEqual(new Set([8, 9]));
    expect(seen("validation")).toEqual(new Set([8, 9]));
  });

  test("without a batch axis go with drawn states as they are", async () => {
    const controls = await readControls(field, { input: { x: "normal", y: "uniform:0,1", w } });
    const { controls: drawn } = await withControls(normalStates([2]), controls).training(3, new Random(1));
    expect([drawn.w?.shape, numbersOf(drawn.w), drawn.x?.shape]).toEqual([[], [2], [3, 2]]);
  });

  test.each([
    [{ x: "normal", y: "uniform:0,1", w: "normal" }, "w=3.0"],
    [{ x: "normal", y: "normal", w }, "y=uniform:0,9"],
    [{ x: "uniform:1", y: "uniform:0,1", w }, "low < high"],
    [{ x: "normal", q: "normal", y: "uniform:0,1", w }, "x, y, w"],
    [{ x: "normal" }, "values for every input"],
  ])("%j are refused", async (input, expected) => {
    await expect(readControls(field, { input })).rejects.toMatchObject({
      facts: { expected: expect.stringContaining(expected) },
    });
  });

  test("that nobody names get values of their own types and shapes", () => {
    const { x, y, w: one } = controlValues(anyControls(field), 4, new Random(0));
    expect([x, y, one].map((value) => [value?.dtype, value?.shape])).toEqual([
      ["float32", [4, 2]],
      ["int64", [4, 1]],
      ["float32", []],
    ]);
  });
});
