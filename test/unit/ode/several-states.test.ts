import { expect, test } from "vitest";
import { type ImportedModel, importOnnx } from "../../../src/graph/index.js";
import { compileSolve, fieldOfModel, solveField } from "../../../src/ode/index.js";
import { fromNumbers } from "../../../src/tensor/index.js";
import { type ModelSpec, onnxModel } from "../graph/onnx-model.js";

/** x′ = v, v′ = −x, as two tensors, of any batch or a fixed one. */
const oscillator = (batch: number | string, more: Partial<ModelSpec> = {}): ModelSpec => ({
  inputs: {
    t: { shape: [] },
    x: { shape: [batch, 2] },
    v: { shape: [batch, 2] },
  },
  nodes: [
    { op: "Identity", inputs: ["v"], outputs: ["dx"] },
    { op: "Neg", inputs: ["x"], outputs: ["dv"] },
  ],
  outputs: { dx: "float32", dv: "float32" },
  ...more,
});

const read = (spec: ModelSpec): ImportedModel =>
  importOnnx(onnxModel(spec), "field.onnx", { anyBatch: true });

test("positions and velocities are one state, and turn", async () => {
  const field = fieldOfModel(read(oscillator("n")));
  expect(field.roles).toMatchObject({ state: "x+v", output: "dx+dv", depth: "t" });
  const z0 = fromNumbers([1, 2, 0, 0], [1, 4]);
  const solved = await solveField(field, z0, { method: "rk4:20", span: [0, Math.PI / 2] });
  const expected = [0, 0, -1, -2];
  for (const [i, value] of [...(solved.states.at(-1)?.data ?? [])].entries())
    expect(Number(value)).toBeCloseTo(expected[i] ?? 0, 4);
});

test("names put states in another order, and leave others to be controls", () => {
  const model = read(oscillator("n"));
  expect(fieldOfModel(model, { z: "v+x", dz: "dv+dx" }).roles.state).toBe("v+x");
  expect(fieldOfModel(model, { z: "x", dz: "dv" }).roles.controls).toEqual(["v"]);
  expect(() => fieldOfModel(model, { z: "x+v", dz: "dx" })).toThrow(/z=x\+v,dz=dx\+dv/);
});

test("of several outputs the one of an input's type is the derivative", () => {
  const spec: ModelSpec = {
    inputs: { z: { shape: ["n", 2] } },
    nodes: [
      { op: "Neg", inputs: ["z"], outputs: ["dz"] },
      { op: "ReduceSum", inputs: ["z", "axes"], outputs: ["energy"], attributes: { keepdims: 0 } },
    ],
    initializers: { axes: fromNumbers([1], [1], "int64") },
    outputs: { energy: "float32", dz: "float32" },
  };
  expect(fieldOfModel(read(spec)).roles.output).toBe("dz");
});

test("a file of a fixed batch takes any number of states, where its rows stay apart", () => {
  const model = read(oscillator(3));
  expect(model.exportedBatch).toBe(3);
  expect(model.inputs.x?.shape).toEqual(["batch", 2]);
  const mixing = read({
    inputs: { z: { shape: [3, 2] } },
    nodes: [
      { op: "ReduceMean", inputs: ["z"], outputs: ["mean"], attributes: { axes: [0] } },
      { op: "Sub", inputs: ["z", "mean"] },
    ],
  });
  expect(mixing.exportedBatch).toBeUndefined();
  expect(mixing.inputs.z?.shape).toEqual([3, 2]);
});

test("sizes with the exported batch in them are freed with it", () => {
  const model = read({
    inputs: { t: { shape: [] }, z: { shape: [4, 6] } },
    initializers: {
      heads: fromNumbers([8, 3], [2], "int64"),
      back: fromNumbers([4, -1], [2], "int64"),
      column: fromNumbers([4, 1], [2], "int64"),
      w: fromNumbers([1, 0, 0, 0, 2, 0, 0, 0, 3], [3, 3]),
      u: fromNumbers([...Array(42).keys()], [7, 6]),
    },
    nodes: [
      { op: "Reshape", inputs: ["z", "heads"], outputs: ["h"] },
      { op: "MatMul", inputs: ["h", "w"], outputs: ["hw"] },
      { op: "Reshape", inputs: ["hw", "back"], outputs: ["r"] },
      { op: "Expand", inputs: ["t", "column"], outputs: ["tt"] },
      { op: "Concat", inputs: ["r", "tt"], outputs: ["rt"], attributes: { axis: 1 } },
      { op: "MatMul", inputs: ["rt", "u"] },
    ],
  });
  expect(model.exportedBatch).toBe(4);
  expect(model.outputs.y?.shape).toEqual(["batch", 6]);
});

test("equal numbers that a fixed batch has stored for its samples are freed with it", async () => {
  const field = fieldOfModel(
    read({
      inputs: { t: { shape: [] }, z: { shape: [4, 2] } },
      initializers: { w: fromNumbers([1, 0, 0, 2, 3, 4], [3, 2]) },
      nodes: [
        {
          op: "Constant",
          inputs: [],
          outputs: ["ones"],
          attributes: { value: fromNumbers([1, 1, 1, 1], [4, 1]) },
        },
        { op: "Transpose", inputs: ["ones"], outputs: ["row"], attributes: { perm: [1, 0] } },
        { op: "Mul", inputs: ["row", "t"], outputs: ["tr"] },
        { op: "Transpose", inputs: ["tr"], outputs: ["tt"], attributes: { perm: [1, 0] } },
        { op: "Concat", inputs: ["z", "tt"], outputs: ["zt"], attributes: { axis: 1 } },
        { op: "MatMul", inputs: ["zt", "w"] },
      ],
    }),
  );
  // dz = (z₁ + 3t, 2z₂ + 4t), by one step of the midpoint rule.
  const solve = await compileSolve(field, { method: "midpoint:1", span: [0, 1] });
  const { states } = await solve.run(fromNumbers([1, 2, 0, -1, 1, 0], [3, 2]));
  expect([...(states[1]?.data ?? [])]).toEqual([4, 12, 1.5, -3, 4, 2]);
});

test("a size that is the fixed batch's by chance stays what it is, and others are freed", async () => {
  const field = fieldOfModel(
    read({
      inputs: { t: { shape: [] }, z: { shape: [2, 2] } },
      initializers: {
        square: fromNumbers([2, 2], [2], "int64"),
        column: fromNumbers([2, 1], [2], "int64"),
        w: fromNumbers([1, 2, 3, 4], [2, 2]),
        u: fromNumbers([1, 0, 0, 1, 5, 7], [3, 2]),
      },
      nodes: [
        // Weights that grow with the time, whatever the batch is, and the time beside the state.
        { op: "Expand", inputs: ["t", "square"], outputs: ["times"] },
        { op: "Mul", inputs: ["times", "w"], outputs: ["tw"] },
        { op: "MatMul", inputs: ["z", "tw"], outputs: ["h"] },
        { op: "Expand", inputs: ["t", "column"], outputs: ["tt"] },
        { op: "Concat", inputs: ["h", "tt"], outputs: ["ht"], attributes: { axis: 1 } },
        { op: "MatMul", inputs: ["ht", "u"] },
      ],
    }),
  );
  // dz = (z₁ + 3z₂ + 5, 2z₁ + 4z₂ + 7) t, by one Euler step from s = 1 to 2.
  const solve = await compileSolve(field, { method: "euler:1", span: [1, 2] });
  const { states } = await solve.run(fromNumbers([1, 0, 0, 1, 1, 1], [3, 2]));
  expect([...(states[1]?.data ?? [])]).toEqual([7, 9, 8, 12, 10, 14]);
});

test("positions that a fixed batch has stored, row by row, are freed with it", async () => {
  const positions = (shape: readonly number[], ...values: number[]) => fromNumbers(values, shape, "int64");
  const field = fieldOfModel(
    read({
      inputs: { z: { shape: [4, 2] } },
      initializers: {
        places: positions([4, 1, 2], 0, 1, 1, 1, 2, 1, 3, 1),
        rows: positions([4, 1], 1, 3, 5, 7),
        line: positions([1], -1),
        first: positions([1], 0),
        second: positions([1], 1),
      },
      nodes: [
        {
          op: "Constant",
          inputs: [],
          outputs: ["zeros"],
          attributes: { value: fromNumbers(new Array(8).fill(0), [4, 2]) },
        },
        { op: "Slice", inputs: ["z", "first", "second", "second"], outputs: ["left"] },
        { op: "ScatterND", inputs: ["zeros", "places", "left"], outputs: ["shifted"] },
        { op: "Reshape", inputs: ["z", "line"], outputs: ["flat"] },
        { op: "Gather", inputs: ["flat", "rows"], outputs: ["right"], attributes: { axis: 0 } },
        { op: "Sub", inputs: ["shifted", "right"] },
      ],
    }),
  );
  // dz = (0, z₁) − z₂, so that one step of Euler gives (z₁ − z₂, z₁).
  const solve = await compileSolve(field, { method: "euler:1", span: [0, 1] });
  const { states } = await solve.run(fromNumbers([1, 2, 0, -1, 5, 3], [3, 2]));
  expect([...(states[1]?.data ?? [])]).toEqual([-1, 1, 1, 0, 2, 5]);
});

/** −a and a b of inputs a and b of one type. */
const pair = (a: string, b: string, output: string): ImportedModel =>
  read({
    inputs: { [a]: { shape: ["n", 2] }, [b]: { shape: ["n", 2] } },
    nodes: [{ op: "Mul", inputs: [a, b], outputs: [output] }],
    outputs: { [output]: "float32" },
  });

test("among inputs of one type the state is the one that the output is the derivative of, then z, then a known name", () => {
  expect(fieldOfModel(pair("h", "x", "dh")).roles).toMatchObject({ state: "h", controls: ["x"] });
  expect(fieldOfModel(pair("x", "z", "out")).roles.state).toBe("z");
  expect(fieldOfModel(pair("cond", "x_t", "out")).roles.state).toBe("x_t");
  expect(() => fieldOfModel(pair("h", "x", "out"))).toThrow(/--input-map z=h/);
});

test("a state that is no input is the integral of its output", async () => {
  const spec: ModelSpec = {
    inputs: { z: { shape: ["n", 1] } },
    nodes: [
      { op: "Neg", inputs: ["z"], outputs: ["dz"] },
      { op: "ReduceSum", inputs: ["z", "axes"], outputs: ["cost"], attributes: { keepdims: 0 } },
    ],
    initializers: { axes: fromNumbers([1], [1], "int64") },
    outputs: { dz: "float32", cost: "float32" },
  };
  const field = fieldOfModel(read(spec), { z: "z+q", dz: "dz+cost" });
  const { states } = await solveField(field, fromNumbers([1, 2], [1, 2]), { method: "rk4:20", span: [0, 1] });
  const [z, q] = states.at(-1)?.data ?? [];
  expect(Number(z)).toBeCloseTo(Math.exp(-1), 5);
  expect(Number(q)).toBeCloseTo(3 - Math.exp(-1), 5);
  expect(() => fieldOfModel(read(spec), { z: "z+q", dz: "dz+none" })).toThrow(/dz=dx\+dv/);
});

test("a time as wide as an image's axes is one", async () => {
  const field = fieldOfModel(
    read({
      inputs: { x: { shape: ["n", 1, 2, 2] }, t: { shape: ["n", 1, 1, 1] } },
      nodes: [{ op: "Mul", inputs: ["x", "t"] }],
    }),
  );
  expect(field.roles.depth).toBe("t");
  const { states } = await solveField(field, fromNumbers([1, 1, 1, 1], [1, 1, 2, 2]), {
    method: "rk4:20",
    span: [0, 1],
  });
  expect(Number(states.at(-1)?.data[0])).toBeCloseTo(Math.exp(0.5), 5);
});

test("where state and time are one input, the refusal says how to part them", () => {
  const model = read({
    inputs: { x: { shape: ["n", 3] } },
    initializers: { w: fromNumbers([1, 0, 0, 1, 0, 0], [3, 2]) },
    nodes: [{ op: "MatMul", inputs: ["x", "w"] }],
  });
  expect(() => fieldOfModel(model)).toThrow(/forward\(t, z\)/);
});

test("dynamic axes further inside have the sizes that are given", () => {
  const bytes = onnxModel({
    inputs: { x: { shape: ["n", "length"] } },
    nodes: [{ op: "Neg", inputs: ["x"] }],
  });
  expect(() => importOnnx(bytes, "field.onnx")).toThrow(/--size length=16/);
  expect(importOnnx(bytes, "field.onnx", { sizes: { length: 3 } }).outputs.y?.shape).toEqual(["batch", 3]);
});

test("a batch as large as a shape has axes is freed", () => {
  const model = read({
    inputs: { t: { shape: [] }, z: { shape: [2, 3] } },
    initializers: {
      sizes: fromNumbers([2, 1], [2], "int64"),
      rank: fromNumbers([2], [1], "int64"),
      minus: fromNumbers([-1], [1], "int64"),
    },
    nodes: [
      {
        op: "ConstantOfShape",
        inputs: ["rank"],
        outputs: ["ones"],
        attributes: { value: fromNumbers([1], [1], "int64") },
      },
      { op: "Equal", inputs: ["sizes", "minus"], outputs: ["open"] },
      { op: "Where", inputs: ["open", "ones", "sizes"], outputs: ["wanted"] },
      { op: "Expand", inputs: ["t", "wanted"], outputs: ["tt"] },
      { op: "Mul", inputs: ["z", "tt"] },
    ],
  });
  expect(model.exportedBatch).toBe(2);
});

test.each(["k", "y1", "last", "ratio", "z1"])("a control may be called %s", async (name) => {
  const field = fieldOfModel(
    read({
      inputs: { z: { shape: ["n", 1] }, [name]: { shape: ["n", 1] } },
      nodes: [{ op: "Mul", inputs: ["z", name] }],
    }),
  );
  const solve = await compileSolve(field, { method: "dopri5@1e-4", span: [0, 1] });
  const { states } = await solve.run(fromNumbers([1], [1, 1]), { [name]: fromNumbers([-1], [1, 1]) });
  await solve.dispose();
  expect(Number(states.at(-1)?.data[0])).toBeCloseTo(Math.exp(-1), 3);
});
