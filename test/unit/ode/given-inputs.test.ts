import { describe, expect, test } from "vitest";
import { importOnnx } from "../../../src/graph/index.js";
import { fieldOfModel, solveField } from "../../../src/ode/index.js";
import { type DType, fromNumbers, type Tensor } from "../../../src/tensor/index.js";
import { type ModelSpec, onnxModel } from "../graph/onnx-model.js";

/** dz/dt = time · z/|z| for positive z: that is, dz = time, with the time of the shape and type that the file declares. */
const clock = (shape: readonly (number | string)[], dtype: DType): ModelSpec => ({
  inputs: { z: { shape: ["n", 1] }, t: { shape, dtype } },
  nodes: [
    { op: "Cast", inputs: ["t"], outputs: ["time"], attributes: { to: 1 } },
    { op: "Unsqueeze", inputs: ["time", "last"], outputs: ["column"] },
    { op: "Reshape", inputs: ["column", "flat"], outputs: ["rows"] },
    { op: "Mul", inputs: ["z", "zero"], outputs: ["none"] },
    { op: "Add", inputs: ["none", "rows"] },
  ],
  initializers: {
    last: fromNumbers([-1], [1], "int64"),
    flat: fromNumbers(shape[0] === "n" ? [-1, 1] : [1, 1], [2], "int64"),
    zero: fromNumbers([0], []),
  },
});

const end = (states: readonly Tensor[]): number[] => [...(states.at(-1) as Tensor).data].map(Number);
const z0 = fromNumbers([0, 1], [2, 1]);

describe.each([[[]], [[1]], [["n"]], [["n", 1]]])("a time of shape %j", (shape) => {
  test("is given by the solver, scaled and in the model's element type", async () => {
    // Euler at s = 0, 1/4, 1/2, 3/4 sums t/4 there.
    const options = { method: "euler:4", span: [0, 1] } as const;
    for (const [dtype, timeScale, sum] of [
      ["float32", 1, 0.375],
      ["float32", 10, 3.75],
      ["float64", 4, 1.5],
      ["int64", 4, 1.5],
      // 0, 0.25, 0.5 and 0.75 round to 0, 0, 1 and 1.
      ["int64", 1, 0.5],
      ["int64", -4, -1.5],
    ] as const) {
      const field = fieldOfModel(importOnnx(onnxModel(clock(shape, dtype)), "clock"), {}, { timeScale });
      const { states } = await solveField(field, z0, options);
      expect(end(states), `${dtype}, ${timeScale}`).toEqual([sum, 1 + sum]);
    }
  });
});

/** dz = w · table[label]. */
const labeled: ModelSpec = {
  inputs: { z: { shape: ["n", 2] }, label: { shape: ["n"], dtype: "int64" }, w: { shape: [] } },
  initializers: { table: fromNumbers([1, 2, 3, 4, 5, 6], [3, 2]), zero: fromNumbers([0], []) },
  nodes: [
    { op: "Gather", inputs: ["table", "label"], outputs: ["row"] },
    { op: "Mul", inputs: ["row", "w"], outputs: ["scaled"] },
    { op: "Mul", inputs: ["z", "zero"], outputs: ["none"] },
    { op: "Add", inputs: ["scaled", "none"] },
  ],
};
const places = { z: "z", dz: "y" } as const;

describe("controls", () => {
  const model = importOnnx(onnxModel(labeled), "labeled");
  const origin = fromNumbers([0, 0, 0, 0], [2, 2]);
  const solve = { method: "euler:1", span: [0, 1] } as const;

  test("of integers, a label a sample", async () => {
    const field = fieldOfModel(model, places, { fixed: { w: 2 } });
    expect(field.roles.controls).toEqual(["label"]);
    const label = fromNumbers([2, 0], [2], "int64");
    const { states } = await solveField(field, origin, { ...solve, controls: { label } });
    expect(end(states)).toEqual([10, 12, 2, 4]);
  });

  test("that are one number become part of the field", async () => {
    const field = fieldOfModel(model, places, { fixed: { w: 0.5, label: 1 } });
    expect(Object.keys(field.graph.inputs)).not.toContain("label");
    const { states } = await solveField(field, origin, solve);
    expect(end(states)).toEqual([1.5, 2, 1.5, 2]);
  });

  test("that are tensors become part of the field, with a batch axis of 1 or without", async () => {
    for (const label of [fromNumbers([1], [1], "int64"), fromNumbers([1], [], "int64")]) {
      const field = fieldOfModel(model, places, { fixed: { w: fromNumbers([0.5], []), label } });
      expect(field.roles.controls).toEqual([]);
      const { states } = await solveField(field, origin, solve);
      expect(end(states)).toEqual([1.5, 2, 1.5, 2]);
    }
    for (const label of [fromNumbers([1], []), fromNumbers([1, 2], [2], "int64")])
      expect(() => fieldOfModel(model, places, { fixed: { label } })).toThrow("int64[]");
  });

  test("that are one number are not taken for the time, the only scalar though they be", () => {
    const weighted: ModelSpec = {
      inputs: { z: { shape: ["n", 2] }, w: { shape: [] } },
      nodes: [{ op: "Mul", inputs: ["z", "w"] }],
    };
    const scalar = importOnnx(onnxModel(weighted), "weighted");
    expect(fieldOfModel(scalar).roles.depth).toBe("w");
    expect(fieldOfModel(scalar, {}, { fixed: { w: 3 } }).roles).toMatchObject({
      depth: undefined,
      controls: [],
    });
  });

  test.each([
    ["a fraction for integers", { fixed: { label: 0.5 } }, "an integer"],
    ["a control that is not there", { fixed: { v: 1 } }, "one of label, w"],
    ["the state", { fixed: { z: 1 } }, "one of label, w"],
    ["a scale of no time", { fixed: { w: 1 }, timeScale: 10 }, "a field that depends on the time"],
  ])("refuse %s", (_title, settings, text) => {
    expect(() => fieldOfModel(model, places, settings)).toThrow(text);
  });
});
