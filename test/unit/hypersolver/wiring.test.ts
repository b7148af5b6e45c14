import { describe, expect, test } from "vitest";
import {
  add,
  constant,
  cos,
  encodeOnnx,
  erf,
  type Graph,
  inspectOnnx,
  mul,
  type NamedNodes,
  type Node,
  softplus,
  tanh,
  trace,
} from "../../../src/graph/index.js";
import { simplify, topological } from "../../../src/graph/internal.js";
import { parseCorrectionInputs } from "../../../src/hypersolver/correction/correction.js";
import { solverGraph } from "../../../src/hypersolver/files/solver-file.js";
import { type Correction, hyper } from "../../../src/hypersolver/index.js";
import type { CorrectionInput } from "../../../src/hypersolver/internal.js";
import {
  type Field,
  fieldAs,
  fieldMacs,
  fixed,
  rk4,
  type Span,
  solveField,
  uniformMesh,
} from "../../../src/ode/index.js";
import {
  makeField,
  perSample,
  rungeKuttaStep,
  stepsOf,
  withoutErrorControl,
} from "../../../src/ode/internal.js";
import { plainAlgebra } from "../../../src/ode/methods/algebra.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";
import { bases, handMade, node } from "../../helpers/corrections.js";
import { SAME_NUMERICS } from "../../helpers/tolerances.js";

/**
 * One sample of two numbers: f = tanh(x z) cos(s), with tanh(x z) as feature "inner". Nonlinear, so that every
 * stage differs; cos(s), so that every depth does.
 */
function field(dtype: "float32" | "float64" = "float64"): Field {
  const specs = {
    s: { shape: [], dtype },
    z: { shape: ["batch", 2], dtype },
    x: { shape: ["batch", 1], dtype },
  } as const;
  const graph: Graph = trace(specs, ({ s, z, x }) => {
    const inner = tanh(mul(z, x));
    return { dz: mul(inner, cos(perSample(s, z))), inner };
  });
  const roles = { state: "z", depth: "s", controls: ["x"], output: "dz" };
  const features: NamedNodes = { inner: node(graph.outputs.inner) };
  return makeField({ inputs: graph.inputs, outputs: { dz: node(graph.outputs.dz) } }, roles, {}, features);
}

const x = 0.8;
const start = [0.6, -1.1];
const controls = { x: fromNumbers([x], [1, 1], "float64") };
const z0 = fromNumbers(start, [1, 2], "float64");

/** What g is told, in plain numbers. */
interface PlainSite {
  readonly z: Float64Array;
  readonly stages: readonly Float64Array[];
  readonly epsilon: number;
  readonly s: number;
}

/** z + ε ψ + ε^(p+1) g written out once more, without graphs. */
function byHand(
  base: Correction["base"],
  span: Span,
  steps: number,
  g: (site: PlainSite) => number[],
): number[] {
  const method = withoutErrorControl(base);
  const f = (s: number, z: Float64Array): Float64Array =>
    z.map((value) => Math.tanh(x * value) * Math.cos(s));
  let z = Float64Array.from(start);
  for (const { s, dt } of stepsOf(uniformMesh(span, steps))) {
    const { y1, stages } = rungeKuttaStep(method, f, plainAlgebra, { s, dt, y: z });
    const correction = g({ z, stages, epsilon: dt, s });
    z = y1.map((value, i) => value + dt ** (base.order + 1) * (correction[i] ?? Number.NaN));
  }
  return [...z];
}

interface Wire {
  readonly name: string;
  readonly inputs: readonly CorrectionInput[];
  readonly g: (nodes: NamedNodes) => Node;
  readonly plain: (site: PlainSite) => number[];
}

/** Columns become two numbers by factors (1, 2), so that a swapped axis shows. */
const spread = (column: Node | undefined): Node =>
  mul(node(column), constant(fromNumbers([1, 2], [2], "float64")));

const wires: readonly Wire[] = [
  { name: "z", inputs: ["z"], g: ({ z }) => mul(node(z), 3), plain: ({ z }) => [...z].map((v) => 3 * v) },
  ...[0, 1, 2, 3].map(
    (i): Wire => ({
      name: `stage k${i}`,
      inputs: ["stages"],
      g: (nodes) => mul(node(nodes[`k${i}`]), 3),
      plain: ({ stages }) => [...(stages[i] ?? [])].map((v) => 3 * v),
    }),
  ),
  {
    name: "epsilon",
    inputs: ["epsilon"],
    g: ({ epsilon }) => spread(epsilon),
    plain: ({ epsilon }) => [epsilon, 2 * epsilon],
  },
  { name: "s", inputs: ["s"], g: ({ s }) => spread(s), plain: ({ s }) => [s, 2 * s] },
  { name: "x", inputs: ["x"], g: (nodes) => spread(nodes["x x"]), plain: () => [x, 2 * x] },
  { name: "z0", inputs: ["z0"], g: (nodes) => mul(node(nodes.z0), 3), plain: () => start.map((v) => 3 * v) },
  {
    name: "features, of f's first evaluation",
    inputs: ["features"],
    g: (nodes) => mul(node(nodes["feature inner"]), 3),
    plain: ({ z }) => [...z].map((value) => 3 * Math.tanh(x * value)),
  },
  {
    name: "all at once",
    inputs: ["features", "x", "z0", "s", "epsilon", "stages", "z"],
    g: (nodes) => {
      const states = add(
        add(node(nodes.z), node(nodes.k3)),
        add(node(nodes.z0), node(nodes["feature inner"])),
      );
      return add(states, spread(add(add(node(nodes.s), node(nodes.epsilon)), node(nodes["x x"]))));
    },
    plain: ({ z, stages, s, epsilon }) =>
      [...z].map(
        (value, i) =>
          value +
          (stages[3]?.[i] ?? Number.NaN) +
          (start[i] ?? Number.NaN) +
          Math.tanh(x * value) +
          (i + 1) * (s + epsilon + x),
      ),
  },
];

describe("a correction sees", () => {
  test.each(wires)("$name, at every step", async ({ inputs, g, plain }) => {
    const correction = handMade(rk4, inputs, g, { features: featuresOf(inputs), controls: ["x"] });
    for (const span of [
      [0.2, 1.4],
      [0.9, -0.3],
    ] as const) {
      const expected = byHand(rk4, span, 3, plain);
      for (const looped of [{}, { onStep: () => {} }]) {
        const method = hyper(correction, { steps: 3 });
        const options = { span, method, controls, device: "reference", ...looped } as const;
        const { states } = await solveField(field(), z0, options);
        expect(relativeDifference(toFloat64(states.at(-1) as Tensor), expected)).toBeLessThan(SAME_NUMERICS);
      }
    }
  });

  test("features also of a field that changed its float type", async () => {
    const wide = fieldAs(field("float32"), "float64");
    const correction = handMade(rk4, ["features"], (nodes) => node(nodes["feature inner"]), {
      features: ["inner"],
    });
    const { states } = await solveField(wide, z0, {
      span: [0, 1],
      method: hyper(correction, { steps: 2 }),
      controls,
      device: "reference",
    });
    const expected = byHand(rk4, [0, 1], 2, ({ z }) => [...z].map((value) => Math.tanh(x * value)));
    expect(relativeDifference(toFloat64(states.at(-1) as Tensor), expected)).toBeLessThan(SAME_NUMERICS);
  });

  test("no feature that the field does not have, and no unknown input", () => {
    const correction = handMade(rk4, ["features"], (nodes) => node(nodes["feature outer"]), {
      features: ["outer"],
    });
    expect(() => solverGraph(field(), hyper(correction, { steps: 1 }), [0, 1])).toThrow(/outer[\s\S]*inner/);
    expect(() => parseCorrectionInputs(["z", "stage"])).toThrow(/stages[\s\S]*stage/);
  });
});

describe("K steps cost", () => {
  /** f has exactly one erf, g exactly one softplus: they count evaluations. */
  const counted = (dtype: "float32"): Field => {
    const specs = { s: { shape: [], dtype }, z: { shape: ["batch", 2], dtype } } as const;
    const graph = trace(specs, ({ s, z }) => ({ dz: erf(add(z, perSample(s, z))) }));
    return makeField(graph, { state: "z", depth: "s", controls: [], output: "dz" }, {});
  };

  test.each(bases)("K · stages evaluations of f and K of g, no more: $name", async (base) => {
    const stages = base.name === "dopri5" ? 6 : base.stages;
    const correction = handMade(base, ["z", "stages"], ({ z }) => softplus(node(z)), { dtype: "float32" });
    const own = counted("float32");
    const one = hyper(correction, { steps: 1 });
    expect(one.scheme(own).cost(1)).toMatchObject({ nfe: stages, gCalls: 1 });
    for (const steps of [1, 4]) {
      const method = one.withGrid({ steps });
      const graph = solverGraph(own, method, [0, 1]);
      expect(occurrences(graph, "erf")).toBe(steps * stages);
      expect(occurrences(graph, "softplus")).toBe(steps);
      const encoded = inspectOnnx(encodeOnnx(simplify(graph)), "solver.onnx").operators;
      expect(encoded.find(({ name }) => name === "Erf")?.count).toBe(steps * stages);
      for (const looped of [{}, { onStep: () => {} }]) {
        const state = fromNumbers([1, 2], [1, 2]);
        const { statistics } = await solveField(own, state, { span: [0, 1], method, ...looped });
        expect(statistics).toMatchObject({ nfe: steps * stages, gCalls: steps, acceptedSteps: steps });
      }
    }
  });

  test("multiply–accumulates of f and g together, and the order is the method's, not its stages'", () => {
    for (const base of bases) {
      const correction = handMade(base, ["z"], ({ z }) => node(z));
      const method = hyper(correction, { steps: 1 });
      const scheme = method.scheme(field());
      expect(method.order).toBe(base.order);
      expect(scheme.cost(1).macs).toBe(fixed(base, { steps: 1 }).scheme(field()).cost(1).macs);
      expect(scheme.cost(1).macs).toBe(scheme.cost(1).nfe * fieldMacs(field()));
    }
  });
});

const featuresOf = (inputs: readonly CorrectionInput[]): string[] =>
  inputs.includes("features") ? ["inner"] : [];

function occurrences(graph: Graph, op: Node["op"]): number {
  return topological(Object.values(graph.outputs)).filter((each) => each.op === op).length;
}
