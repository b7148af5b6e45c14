import { describe, expect, test } from "vitest";
import {
  countMacs,
  encodeOnnx,
  evaluateGraph,
  type Graph,
  gradient,
  importOnnx,
  mul,
  type NamedNodes,
  type Node,
  reduceSum,
  sin,
  trace,
  withFloat,
} from "../../../src/graph/index.js";
import {
  applyTraining,
  chebyshevBasis,
  conv2d,
  type DepthBasis,
  fourierBasis,
  galerkinConv2d,
  galerkinLinear,
  initialize,
  linear,
  type Module,
  parameterInputs,
  piecewiseConstantBasis,
  polynomialBasis,
  type StateDict,
  sequential,
  tanh,
} from "../../../src/nn/index.js";
import { compile } from "../../../src/runtime/index.js";
import { cast, fromNumbers, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";
import { centralDifferences } from "../../helpers/finite-difference.js";
import { FINITE_DIFFERENCE, FLOAT32_FORWARD } from "../../helpers/tolerances.js";
import { ramp } from "./run-module.js";

const wave = (k: number, s: number): number => 2 * Math.PI * k * s;
/** Every basis, and its functions written out. */
const bases: readonly (readonly [DepthBasis, (s: number) => number[]])[] = [
  [
    fourierBasis({ harmonics: 2, period: 0.5 }),
    (s) => [1, Math.cos(wave(2, s)), Math.cos(wave(4, s)), Math.sin(wave(2, s)), Math.sin(wave(4, s))],
  ],
  [polynomialBasis({ degree: 3, span: [-1, 3] }), (s) => [0, 1, 2, 3].map((k) => ((s + 1) / 4) ** k)],
  [
    chebyshevBasis({ degree: 4, span: [0, 2] }),
    (s) => [0, 1, 2, 3, 4].map((k) => Math.cos(k * Math.acos(s - 1))),
  ],
  [
    piecewiseConstantBasis({ pieces: 3, span: [0, 1.5] }),
    (s) => [s < 0.5, s >= 0.5 && s < 1, s >= 1].map(Number),
  ],
];
const DEPTHS = [0, 0.25, 0.5, 0.9, 1, 1.3];

/** The module at x and s, as a graph of its own. */
const graphOf = (module: Module, x: Tensor, s: readonly (number | "batch")[] = []): Graph =>
  trace(
    { ...parameterInputs(module), x: { shape: ["batch", ...x.shape.slice(1)] }, s: { shape: s } },
    (nodes) => ({ y: module.apply(nodes, nodes.x as Node, nodes.s as Node) }),
  );
const at = (module: Module, state: StateDict, x: Tensor, s: Tensor): Tensor =>
  evaluateGraph(graphOf(module, x, s.shape.length === 0 ? [] : ["batch", 1]), { ...state, x, s }).y as Tensor;
const depth = (s: number): Tensor => fromNumbers([s], []);

/** Σ_k φ_k C_k of a parameter. */
function weightsAt(phi: readonly number[], coefficients: Tensor): Tensor {
  const values = toFloat64(coefficients);
  const size = values.length / phi.length;
  const sum = Array.from({ length: size }, (_, i) =>
    phi.reduce((total, factor, k) => total + factor * (values[k * size + i] ?? 0), 0),
  );
  return fromNumbers(sum, coefficients.shape.slice(1));
}

describe.each(bases)("$name", (basis, closed) => {
  const layers: readonly (readonly [string, Module, Module, Tensor])[] = [
    ["linear", galerkinLinear(3, 2, basis), linear(3, 2), ramp([6, 3])],
    [
      "linear without bias",
      galerkinLinear(3, 2, basis, { bias: false }),
      linear(3, 2, { bias: false }),
      ramp([6, 3]),
    ],
    [
      "convolution",
      galerkinConv2d(4, 6, 3, basis, { padding: "same", groups: 2 }),
      conv2d(4, 6, 3, { padding: "same", groups: 2 }),
      ramp([6, 4, 3, 3]),
    ],
  ];

  test.each(layers)(
    "%s: the plain layer with Σ φ_k(s) C_k, for one depth and for one a sample",
    (_, own, plain, x) => {
      const state = initialize(own, new Random(1));
      const each = at(own, state, x, fromNumbers(DEPTHS, [6, 1]));
      const width = each.data.length / 6;
      for (const [i, s] of DEPTHS.entries()) {
        const weights = Object.fromEntries(
          Object.entries(state).map(([name, value]) => [name, weightsAt(closed(s), value)]),
        );
        const expected = toFloat64(at(plain, weights, x, depth(s)));
        expect(relativeDifference(toFloat64(at(own, state, x, depth(s))), expected)).toBeLessThan(
          FLOAT32_FORWARD,
        );
        const [from, to] = [i * width, (i + 1) * width];
        const [row, same] = [toFloat64(each).slice(from, to), expected.slice(from, to)];
        expect(relativeDifference(row, same)).toBeLessThan(FLOAT32_FORWARD);
      }
    },
  );

  test("gradients of coefficients and input agree with central differences in float64", async () => {
    const module = galerkinLinear(2, 2, basis);
    const names = ["weight", "bias", "x"] as const;
    const x = cast(ramp([3, 2]), "float64");
    const state = initialize(module, new Random(2));
    const origin: Record<string, Tensor> = { x, s: fromNumbers([0.3], [], "float64") };
    for (const [name, value] of Object.entries(state)) origin[name] = cast(value, "float64");
    const specs = { ...parameterInputs(module), x: { shape: [3, 2] }, s: { shape: [] } };
    const graph = withFloat(
      trace(specs, (nodes: NamedNodes) => {
        const y = module.apply(nodes, nodes.x as Node, nodes.s as Node);
        const loss = reduceSum(mul(y, sin(y)));
        const slopes = gradient(
          loss,
          names.map((name) => nodes[name] as Node),
        );
        return { loss, ...Object.fromEntries(names.map((name, i) => [`d ${name}`, slopes[i] as Node])) };
      }),
      "float64",
    );
    const ours = evaluateGraph(graph, origin);
    for (const name of names) {
      const slopes = await centralDifferences(
        (value) => toFloat64(evaluateGraph(graph, { ...origin, [name]: value }).loss as Tensor)[0] ?? 0,
        origin[name] as Tensor,
      );
      expect(relativeDifference(toFloat64(ours[`d ${name}`] as Tensor), slopes)).toBeLessThan(
        FINITE_DIFFERENCE,
      );
    }
  });

  test("leaves as ONNX and comes back, and ONNX Runtime computes the same", async () => {
    const net = sequential([galerkinConv2d(1, 2, 3, basis), tanh]);
    const x = ramp([2, 1, 4, 4]);
    const state = initialize(net, new Random(3));
    const graph = graphOf(net, x);
    const feeds = { ...state, x, s: depth(0.4) };
    const expected = toFloat64(evaluateGraph(graph, feeds).y as Tensor);
    const back = importOnnx(encodeOnnx(graph), "layer.onnx");
    expect(
      relativeDifference(
        toFloat64(evaluateGraph(back.graph, { ...back.parameters, ...feeds }).y as Tensor),
        expected,
      ),
    ).toBeLessThan(1e-12);
    const program = await compile(graph);
    expect(relativeDifference(toFloat64((await program.run(feeds)).y as Tensor), expected)).toBeLessThan(
      FLOAT32_FORWARD,
    );
    await program.dispose();
  });

  test("weights start with the variance of a plain layer's, over the span", () => {
    const { weight } = initialize(galerkinLinear(20, 30, basis), new Random(4)) as { weight: Tensor };
    const [start, end] = basis.span;
    const places = Array.from({ length: 50 }, (_, i) => start + ((i + 0.5) / 50) * (end - start));
    const squares = places.map((s) => {
      const values = toFloat64(weightsAt(closed(s), weight));
      return values.reduce((total, value) => total + value * value, 0) / values.length;
    });
    const variance = squares.reduce((total, value) => total + value, 0) / squares.length;
    expect(variance / (1 / 20 / 3)).toBeGreaterThan(0.85);
    expect(variance / (1 / 20 / 3)).toBeLessThan(1.15);
  });
});

test("one depth makes the weights once: K numbers a weight, whatever the batch", () => {
  const basis = fourierBasis({ harmonics: 5 });
  const graph = graphOf(galerkinLinear(8, 4, basis, { bias: false }), ramp([1, 8]));
  expect(countMacs(graph, 1)).toBe(11 * 32 + 32);
  expect(countMacs(graph, 100)).toBe(11 * 32 + 3200);
});

test("sequential hands the depth on, in training mode too", () => {
  const net = sequential([linear(2, 3), tanh, galerkinLinear(3, 2, polynomialBasis({ degree: 1 }))]);
  const state = initialize(net, new Random(5));
  const x = ramp([2, 2]);
  const graph = trace({ ...state, x }, (nodes) => ({
    y: applyTraining(net, nodes, nodes.x as Node, 0.5).output,
  }));
  expect(evaluateGraph(graph, { ...state, x }).y).toEqual(at(net, state, x, depth(0.5)));
});

describe("refusals", () => {
  const basis = fourierBasis({ harmonics: 1 });
  const x = ramp([4, 3]);
  test("no depth, a depth of another batch, other features, a depth a sample for more axes", () => {
    const module = galerkinLinear(3, 2, basis);
    const state = initialize(module, new Random(6));
    const applied = (shape: readonly number[], s?: readonly number[]) =>
      trace({ ...state, x: { shape }, s: { shape: s ?? [] } }, (nodes) => ({
        y: module.apply(nodes, nodes.x as Node, s && nodes.s),
      }));
    expect(() => applied(x.shape)).toThrow(/MISSING|not given[\s\S]*module\.apply\(parameters, x, s\)/);
    expect(() => applied(x.shape, [5, 1])).toThrow(/one depth, or one a sample of \[4, 3\][\s\S]*\[5, 1\]/);
    expect(() => applied([4, 2], [])).toThrow(/galerkinLinear 3 → 2[\s\S]*\[4, 2\]/);
    expect(() => applied([4, 5, 3], [4, 1])).toThrow(/a depth a sample[\s\S]*\[4, 5, 3\]/);
  });

  test.each([
    ["harmonics", () => fourierBasis({ harmonics: -1 })],
    ["period", () => fourierBasis({ harmonics: 1, period: 0 })],
    ["degree", () => polynomialBasis({ degree: 1.5 })],
    ["span", () => chebyshevBasis({ degree: 1, span: [1, 1] })],
    ["pieces", () => piecewiseConstantBasis({ pieces: 0 })],
    ["a start before its end", () => piecewiseConstantBasis({ pieces: 2, span: [1, 0] })],
    ["positive integers", () => galerkinLinear(0, 1, basis)],
    ["galerkinConv2d: groups", () => galerkinConv2d(3, 2, 3, basis, { groups: 2 })],
  ])("%s", (what, make) => {
    expect(make).toThrow(new RegExp(what));
  });
});
