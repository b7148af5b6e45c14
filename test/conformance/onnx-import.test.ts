import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  bind,
  encodeOnnx,
  evaluateGraph,
  type Graph,
  gradient,
  type ImportedModel,
  importOnnx,
  inline,
  mul,
  type Node,
  reduceSum,
  trace,
  withFloat,
} from "../../src/graph/index.js";
import { fieldOfModel, solveField } from "../../src/ode/index.js";
import { compile } from "../../src/runtime/index.js";
import {
  cast,
  decodeSafetensors,
  draw,
  fromNumbers,
  Random,
  reshaped,
  rows,
  type Tensor,
  tensor,
  toFloat64,
} from "../../src/tensor/index.js";
import { expectClose } from "../helpers/compare.js";
import { FINITE_DIFFERENCE, SAME_NUMERICS } from "../helpers/tolerances.js";

/** The same network in float64 here and in float32 in PyTorch. */
const FLOAT32_ORACLE = 1e-6;
/** A network of float32 kernels against float64. */
const FLOAT32_MODEL = 1e-5;
/** Two adaptive solvers in float32, each within tolerances of 1e-6 a step. */
const OTHER_SOLVER = 1e-5;

const folder = new URL("../fixtures/fields/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".onnx"));

interface Field {
  readonly model: ImportedModel;
  /** The field as a function of s, z and x alone. */
  readonly closed: Graph;
  readonly samples: Readonly<Record<string, Tensor>>;
  /** dz as PyTorch computed it. */
  readonly expected: Tensor;
  /** The state at s = 1 as torchdiffeq computed it. */
  readonly solved: Tensor;
}

function loadField(file: string): Field {
  const model = importOnnx(readFileSync(new URL(file, folder)), file);
  const [name = ""] = file.split(".");
  const { tensors } = decodeSafetensors(readFileSync(new URL(`${name}.safetensors`, folder)), name);
  const samples = Object.fromEntries(
    Object.entries(model.inputs).map(([input, { shape }]) => {
      const sample = tensors[input] as Tensor;
      return [input, shape.length === 0 ? reshaped(sample, []) : sample];
    }),
  );
  const closed = bind(model.graph, model.parameters);
  return { model, closed, samples, expected: tensors.dz as Tensor, solved: tensors.z1_dopri5 as Tensor };
}

/** The samples with their batch repeated or cut to `size` rows. */
function resized(samples: Field["samples"], size: number): Record<string, Tensor> {
  const resize = (value: Tensor): Tensor => {
    const [count = 1, ...rest] = value.shape;
    const width = value.data.length / count;
    const data = toFloat64(value);
    const values = Array.from({ length: size * width }, (_, i) => data[i % data.length] ?? 0);
    return fromNumbers(values, [size, ...rest], value.dtype);
  };
  return Object.fromEntries(
    Object.entries(samples).map(([name, value]) => [name, value.shape.length === 0 ? value : resize(value)]),
  );
}

const asFloat64 = (samples: Field["samples"]): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(samples).map(([name, value]) => [name, cast(value, "float64")]));

describe.each(files)("%s", (file) => {
  const { model, closed, samples, expected, solved } = loadField(file);

  test("keeps the batch symbolic, weights by their names and nothing else open", () => {
    expect(model.outputs.dz?.shape[0]).toBe("batch");
    expect(model.producer).toMatch(/^pytorch /);
    // The exporters also store what they computed ahead: folded batch norms, ones for instance norms, frequencies.
    const known = /\.(weight|bias)$|^onnx::(Conv|Mul|Add)_\d+$|^val_\d+$|^unsqueeze$/;
    expect(Object.keys(model.parameters).filter((name) => !known.test(name))).toEqual([]);
    expect(Object.keys(model.parameters).some((name) => name.endsWith(".weight"))).toBe(true);
    expect(Object.keys(closed.inputs)).toEqual(Object.keys(model.inputs));
    expect(Object.keys(model.graph.inputs)).toEqual([
      ...Object.keys(model.inputs),
      ...Object.keys(model.parameters),
    ]);
  });

  test("equals the oracle in the reference interpreter", () => {
    expectClose(evaluateGraph(closed, samples).dz as Tensor, cast(expected, "float64"), FLOAT32_ORACLE);
  });

  test("equals the oracle in ONNX Runtime", async () => {
    const program = await compile(closed, { oneShot: true });
    expectClose((await program.run(samples)).dz as Tensor, expected, FLOAT32_MODEL);
    await program.dispose();
  });

  test.each([0, 1, 5, 64])("runs a batch of %d", async (size) => {
    const feeds = resized(samples, size);
    const program = await compile(closed);
    const actual = (await program.run(feeds)).dz as Tensor;
    expectClose(actual, evaluateGraph(closed, feeds).dz as Tensor, FLOAT32_MODEL);
    await program.dispose();
  });

  test("solves to the state that torchdiffeq's dopri5 ends in", async () => {
    const field = fieldOfModel(model);
    const controls = Object.fromEntries(field.roles.controls.map((name) => [name, samples[name] as Tensor]));
    const options = { method: "dopri5@1e-6", span: [0, 1] } as const;
    const { states } = await solveField(field, samples.z as Tensor, { ...options, controls });
    expectClose(states.at(-1) as Tensor, solved, OTHER_SOLVER);
  });

  test("survives export and import", async () => {
    const bytes = encodeOnnx(closed, { metadata: { origin: file } });
    const again = importOnnx(bytes, "again.onnx");
    expect(again.metadata).toEqual({ origin: file });
    expect(again.inputs).toEqual(model.inputs);
    const feeds = resized(samples, 3);
    const twice = evaluateGraph(bind(again.graph, again.parameters), feeds).dz as Tensor;
    expectClose(twice, evaluateGraph(closed, feeds).dz as Tensor, SAME_NUMERICS);
  });

  const wrt = ["z", Object.keys(model.parameters)[0] as string];
  test.each(wrt)("the gradient with respect to %s equals central differences", (name) => {
    const graph = withFloat(model.graph, "float64");
    const feeds = asFloat64({ ...samples, ...model.parameters });
    const random = new Random(3);
    const probe = fromNumbers(
      draw(expected.data.length, () => random.normal()),
      expected.shape,
      "float64",
    );
    const { shape, data } = feeds[name] as Tensor;
    const direction = Float64Array.from(draw(data.length, () => random.normal()));
    const loss = trace(
      { ...graph.inputs, probe: { shape: ["batch", ...expected.shape.slice(1)], dtype: "float64" } },
      ({ probe: weights, ...inputs }) => {
        const dz = inline(graph, inputs as Record<string, Node>).dz as Node;
        const value = reduceSum(mul(dz, weights as Node));
        const [slope] = gradient(value, [(inputs as Record<string, Node>)[name] as Node]);
        return { value, slope: slope as Node };
      },
    );
    const at = (step: number) =>
      evaluateGraph(loss, {
        ...feeds,
        probe,
        [name]: tensor(
          "float64",
          shape,
          toFloat64(feeds[name] as Tensor).map((x, i) => x + step * (direction[i] ?? 0)),
        ),
      });
    const step = 1e-5;
    const difference = (Number(at(step).value?.data[0]) - Number(at(-step).value?.data[0])) / (2 * step);
    const slope = toFloat64(at(0).slope as Tensor).reduce((sum, x, i) => sum + x * (direction[i] ?? 0), 0);
    expect(Math.abs(slope - difference)).toBeLessThan(10 * FINITE_DIFFERENCE * Math.max(1, Math.abs(slope)));
  });
});

describe("ffjord_gaussians_field.onnx", () => {
  const file = "../../pretrained/ffjord_gaussians_field.onnx";
  const bytes = readFileSync(new URL(file, import.meta.url));

  test("has 50,178 parameters and runs in ONNX Runtime as in the reference interpreter", async () => {
    const model = importOnnx(bytes, file);
    const count = Object.values(model.parameters).reduce((total, { data }) => total + data.length, 0);
    expect(count).toBe(50_178);
    const closed = bind(model.graph, model.parameters);
    const random = new Random(5);
    const z = fromNumbers(
      draw(34, () => 3 * random.normal()),
      [17, 2],
    );
    const program = await compile(closed, { oneShot: true });
    const expected = evaluateGraph(closed, { z }).dz as Tensor;
    expectClose((await program.run({ z })).dz as Tensor, expected, FLOAT32_MODEL);
    await program.dispose();
    expectClose(
      rows(expected, 0, 1),
      evaluateGraph(closed, { z: rows(z, 0, 1) }).dz as Tensor,
      SAME_NUMERICS,
    );
  });
});
