import { describe, expect, test } from "vitest";
import {
  adaptiveAveragePool,
  averagePool,
  batchNorm,
  bind,
  constant,
  conv,
  convTranspose,
  encodeOnnx,
  evaluateGraph,
  gradient,
  groupNorm,
  importOnnx,
  inspectOnnx,
  jvp,
  maxPool,
  mul,
  type NamedNodes,
  type Node,
  reduceSum,
  reshape,
  square,
  tanh,
  trace,
} from "../../src/graph/index.js";
import { channelStatistics, convWeight } from "../../src/graph/internal.js";
import { compile } from "../../src/runtime/index.js";
import { programOf } from "../../src/runtime/internal.js";
import { draw, fromNumbers, Random, sizeOf, type Tensor, tensor, toFloat64 } from "../../src/tensor/index.js";
import { expectClose } from "../helpers/compare.js";
import { FINITE_DIFFERENCE } from "../helpers/tolerances.js";

const FLOAT32_MODEL = 1e-5;

const random = new Random(31);
const normal = (shape: readonly number[], dtype: "float32" | "float64" = "float32"): Tensor =>
  fromNumbers(
    draw(sizeOf(shape), () => random.normal()),
    shape,
    dtype,
  );

const values = {
  wide: normal([7, 2, 3, 3]),
  even: normal([3, 2, 3, 3]),
  narrow: normal([2, 7, 3, 3]),
  halves: normal([4, 1, 2, 2]),
  bias: normal([7]),
  scale: normal([2]),
};
type Weights = { readonly [Name in keyof typeof values]: Node };

const weightsAs = (dtype: "float32" | "float64"): Weights =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      constant(fromNumbers(toFloat64(value), value.shape, dtype)),
    ]),
  ) as unknown as Weights;

const same = { pads: [1, 1, 1, 1] } as const;
const strided = { strides: [2, 2], pads: [1, 0, 1, 1] } as const;

/** Functions of images [batch, 2, 6, 5]. */
const networks: Readonly<Record<string, (x: Node, w: Weights) => Node>> = {
  "convolution with bias and activation": (x, { wide, narrow, bias }) =>
    conv(tanh(conv(x, wide, bias, same)), narrow, undefined, same),
  "similar channels": (x, { even }) => tanh(conv(x, even, undefined, same)),
  strides: (x, { even }) => tanh(conv(x, even, undefined, strided)),
  groups: (x, { halves }) => tanh(conv(x, halves, undefined, { groups: 2 })),
  "transposed with strides": (x, { even }) =>
    tanh(convTranspose(tanh(conv(x, even, undefined, strided)), even, [6, 5], strided)),
  "average pool": (x) => square(averagePool(x, [3, 2], { pads: [1, 0, 1, 1] })),
  "adaptive average pool": (x) => square(adaptiveAveragePool(x, [4, 2])),
  "global average pool": (x) => square(adaptiveAveragePool(x, [1, 1])),
  "max pool": (x) => square(maxPool(x, [3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] })),
  "group normalization": (x, { scale }) => square(groupNorm(x, 2, scale, scale)),
  "batch normalization": (x, { scale }) =>
    batchNorm(tanh(x), { mean: scale, variance: square(scale) }, scale),
};

const slope = (y: Node, x: Node): Node => gradient(reduceSum(square(y)), [x])[0] as Node;

/** Σ over a fixed direction of the Jacobian: what a divergence by Hutchinson's estimator is made of. */
const forward = (y: Node, x: Node): Node => jvp([y], [x], [tanh(x)])[0] as Node;

/** Through the weights, as in training. */
function weightSlope(body: (x: Node, w: Weights) => Node, x: Node, weights: Weights): Node {
  const scaled = Object.fromEntries(
    Object.entries(weights).map(([name, weight]) => [name, mul(weight, reduceSum(x))]),
  ) as unknown as Weights;
  return slope(body(x, scaled), x);
}

describe.each(Object.entries(networks))("%s", (name, body) => {
  const weights = weightsAs("float32");
  const graph = trace({ x: { shape: ["batch", 2, 6, 5] } }, ({ x }) => {
    const y = body(x, weights);
    return { y, slope: slope(y, x), forward: forward(y, x), weights: weightSlope(body, x, weights) };
  });

  test.each([1, 3])("has the same values and slopes everywhere for a batch of %d", async (size) => {
    const x = fromNumbers(
      Array.from({ length: size * 60 }, (_, i) => Math.sin(1.7 * i)),
      [size, 2, 6, 5],
    );
    const expected = evaluateGraph(graph, { x });
    const check = (actual: Readonly<Record<string, Tensor>>): void => {
      for (const key of Object.keys(expected))
        expectClose(actual[key] as Tensor, expected[key] as Tensor, FLOAT32_MODEL);
    };
    for (const target of ["standard", "onnxruntime"] as const) {
      const bytes = encodeOnnx(graph, { target });
      const program = await programOf(graph, bytes);
      check(await program.run({ x }));
      await program.dispose();
      const { graph: again, parameters } = importOnnx(bytes, name);
      check(evaluateGraph(bind(again, parameters), { x }));
    }
    const program = await compile(graph);
    check(await program.run({ x }));
    await program.dispose();
  });

  test("runs an empty batch", async () => {
    const program = await compile(graph);
    const results = await program.run({ x: fromNumbers([], [0, 2, 6, 5]) });
    expect(results.y?.shape[0]).toBe(0);
    expect(results.slope?.shape).toEqual([0, 2, 6, 5]);
    await program.dispose();
  });

  test("second derivatives equal central differences", () => {
    const type = { shape: [2, 2, 6, 5], dtype: "float64" as const };
    const exact = weightsAs("float64");
    const first = (x: Node): Node => slope(body(x, exact), x);
    const twice = trace({ x: type, v: type }, ({ x, v }: NamedNodes) => {
      const along = reduceSum(mul(first(x as Node), v as Node));
      return {
        reverse: gradient(along, [x as Node])[0] as Node,
        forward: jvp([first(x as Node)], [x as Node], [v as Node])[0] as Node,
      };
    });
    const once = trace({ x: type }, ({ x }) => ({ g: first(x as Node) }));
    const [x, v] = [normal(type.shape, "float64"), normal(type.shape, "float64")];
    const h = 1e-5;
    const at = (sign: number): Float64Array => {
      const moved = toFloat64(x).map((value, i) => value + sign * h * (toFloat64(v)[i] ?? 0));
      return toFloat64(evaluateGraph(once, { x: tensor("float64", type.shape, moved) }).g as Tensor);
    };
    const [plus, minus] = [at(1), at(-1)];
    const difference = tensor(
      "float64",
      type.shape,
      plus.map((value, i) => (value - (minus[i] ?? 0)) / (2 * h)),
    );
    const results = evaluateGraph(twice, { x, v });
    expectClose(results.reverse as Tensor, difference, 10 * FINITE_DIFFERENCE);
    expectClose(results.forward as Tensor, difference, 10 * FINITE_DIFFERENCE);
  });
});

describe("lowering of convolutions", () => {
  type Body = (nodes: NamedNodes) => Node;
  const usesOf = (body: Body, target: "standard" | "onnxruntime"): ReadonlyMap<string, number> => {
    const specs = {
      x: [4, 20, 8, 8],
      g: [4, 20, 8, 8],
      few: [4, 3, 8, 8],
      w: [20, 20, 3, 3],
      v: [3, 20, 3, 3],
    };
    const graph = trace(
      Object.fromEntries(Object.entries(specs).map(([name, shape]) => [name, { shape }])),
      (nodes) => ({ y: body(nodes) }),
    );
    const { operators } = inspectOnnx(encodeOnnx(graph, { target }), "lowered");
    return new Map(operators.map(({ name, count }) => [name, count]));
  };
  const operatorsOf = (body: Body, target: "standard" | "onnxruntime"): string[] => [
    ...usesOf(body, target).keys(),
  ];
  const { x, g, few, w, v } = Object.fromEntries(
    ["x", "g", "few", "w", "v"].map((name) => [name, (nodes: NamedNodes) => nodes[name] as Node]),
  ) as Record<"x" | "g" | "few" | "w" | "v", (nodes: NamedNodes) => Node>;
  const turned = ["Conv", "Identity", "Slice", "Transpose"];

  test.each<[string, (nodes: NamedNodes) => Node, readonly string[]]>([
    ["forward", (n) => conv(x(n), w(n), undefined, same), ["Conv", "Identity"]],
    ["to few channels", (n) => conv(x(n), v(n), undefined, same), ["ConvTranspose", ...turned.slice(1)]],
    ["input gradient", (n) => convTranspose(g(n), w(n), [8, 8], same), turned],
    ["from few channels", (n) => convTranspose(few(n), v(n), [8, 8], same), turned],
    [
      "with strides",
      (n) => convTranspose(g(n), w(n), [16, 16], { ...same, strides: [2, 2] }),
      ["ConvTranspose", "Identity"],
    ],
  ])("%s", (_title, body, expected) => {
    expect(operatorsOf(body, "onnxruntime").sort()).toEqual([...expected].sort());
  });

  test("weight gradients: one product a tap for similar channels, else one for all", () => {
    const products = (other: Body): number | undefined =>
      usesOf((n) => convWeight(x(n), other(n), [3, 3], same), "onnxruntime").get("com.microsoft.FusedMatMul");
    expect(products(g)).toBe(9);
    expect(products(few)).toBe(1);
  });

  test("files hold standard operators alone, and a convolution is one", () => {
    const bodies = [
      (n: NamedNodes) => conv(x(n), v(n), undefined, same),
      (n: NamedNodes) => convTranspose(g(n), w(n), [8, 8], same),
      (n: NamedNodes) => convWeight(x(n), g(n), [3, 3], same),
      (n: NamedNodes) => convWeight(x(n), few(n), [3, 3], same),
    ].map((body) => operatorsOf(body, "standard"));
    expect(bodies.flat().filter((name) => name.includes("."))).toEqual([]);
    expect(bodies[0]?.toSorted()).toEqual(["Conv", "Identity"]);
  });
});

test("the slope of equal maxima goes to the first, as in PyTorch", () => {
  const graph = trace({ x: { shape: [1, 1, 2, 4], dtype: "float64" } }, ({ x }) => {
    const y = maxPool(x, [2, 2]);
    return { y, slope: gradient(reduceSum(y), [x])[0] as Node };
  });
  const x = fromNumbers([3, 3, 0, 1, 3, 3, 1, 1], [1, 1, 2, 4], "float64");
  const { y, slope: reached } = evaluateGraph(graph, { x });
  expect([...toFloat64(y as Tensor)]).toEqual([3, 1]);
  expect([...toFloat64(reached as Tensor)]).toEqual([1, 0, 0, 1, 0, 0, 0, 0]);
});

test("channel statistics of a batch of any size", async () => {
  const graph = trace({ x: { shape: ["batch", 2, 3, 4] } }, ({ x }) => {
    const { mean, variance } = channelStatistics(x);
    return { mean, variance };
  });
  const x = normal([5, 2, 3, 4]);
  const program = await compile(graph);
  const expected = evaluateGraph(graph, { x });
  const actual = await program.run({ x });
  for (const key of ["mean", "variance"]) expectClose(actual[key] as Tensor, expected[key] as Tensor, 1e-6);
  await program.dispose();
});

describe("long float32 sums keep their digits", () => {
  test.each([
    ["a flat vector", [301_056], undefined],
    ["a vector of 3·2¹⁷ numbers", [393_216], [0]],
    ["a whole batch of images", [32, 12, 28, 28], undefined],
    ["a whole dynamic batch of images", ["batch", 12, 28, 28], undefined],
    ["rows", [8, 25_088], [1]],
    ["columns", [60_000, 3], [0]],
    ["a middle axis", [2, 40_000, 3], [1]],
    ["channels", ["batch", 16, 28, 28], [0, 2, 3]],
  ] as const)("%s", async (_title, shape, axes) => {
    const graph = trace({ x: { shape } }, ({ x }) => ({ y: reduceSum(x, axes) }));
    const concrete = shape.map((extent) => (extent === "batch" ? 32 : extent));
    const x = fromNumbers(
      draw(sizeOf(concrete), () => random.normal() ** 2),
      concrete,
    );
    const expected = evaluateGraph(graph, { x }).y as Tensor;
    for (const target of ["standard", "onnxruntime"] as const) {
      const program = await programOf(graph, encodeOnnx(graph, { target }));
      const { y } = await program.run({ x });
      expectClose(y as Tensor, expected, 4e-7);
      await program.dispose();
    }
  });
});

test("a kept axis survives a sum in pieces", () => {
  const graph = trace({ x: { shape: ["batch", 2, 40, 50] } }, ({ x }) => ({
    y: reduceSum(x, [2, 3], true),
    z: reshape(reduceSum(x, [1, 2, 3], true), ["batch", 1]),
  }));
  const x = normal([3, 2, 40, 50]);
  const again = importOnnx(encodeOnnx(graph), "sums");
  const expected = evaluateGraph(graph, { x });
  const actual = evaluateGraph(bind(again.graph, again.parameters), { x });
  for (const key of ["y", "z"]) expectClose(actual[key] as Tensor, expected[key] as Tensor, 1e-12);
});
