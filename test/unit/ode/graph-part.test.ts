import { describe, expect, test } from "vitest";
import {
  add,
  constant,
  evaluateGraph,
  gradient,
  mul,
  type Node,
  type Operand,
  reduceSum,
  sin,
  trace,
} from "../../../src/graph/index.js";
import { input } from "../../../src/graph/internal.js";
import {
  divergence,
  type FixedMethod,
  fixed,
  gradientThroughSolve,
  heun,
  solveField,
} from "../../../src/ode/index.js";
import {
  evaluateField,
  graphAlgebraWithin,
  repeatedStep,
  withOpenParameters,
} from "../../../src/ode/internal.js";
import type { DepthBounds } from "../../../src/ode/methods/graph-algebra.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";
import { control, controlledField, initialState } from "../../helpers/controlled-field.js";
import { FINITE_DIFFERENCE, SAME_NUMERICS } from "../../helpers/tolerances.js";

describe("divergence", () => {
  const z = input("z", ["batch", 2], "float64");

  test("of a field with known Jacobian", () => {
    // f = sin(z) · (z₁ + z₂): ∂fᵢ/∂zᵢ = cos(zᵢ)(z₁ + z₂) + sin(zᵢ).
    const f = (state: Node): Node => mul(sin(state), reduceSum(state, 1, true));
    const graph = trace({ z }, (inputs) => ({ trace: divergence(f, inputs.z) }));
    const { trace: result } = evaluateGraph(graph, { z: initialState() });
    expect(result?.shape).toEqual([3]);
    const values = toFloat64(initialState());
    const expected = [0, 2, 4].map((i) => {
      const pair = Array.from(values.subarray(i, i + 2));
      const total = pair.reduce((sum, value) => sum + value, 0);
      return pair.reduce((sum, value) => sum + Math.cos(value) * total + Math.sin(value), 0);
    });
    expect(relativeDifference(toFloat64(result as Tensor), expected)).toBeLessThan(SAME_NUMERICS);
  });

  test("is differentiable in the state", () => {
    const field = controlledField();
    const at = (state: Node): Node =>
      reduceSum(
        divergence(
          (y) =>
            mul(
              evaluateField(field, 0.4, y, { controls: { x: constant(control()) } }).dz,
              reduceSum(sin(y), 1, true),
            ),
          state,
        ),
      );
    const graph = trace({ z: { shape: [3, 2], dtype: "float64" } }, (inputs) => ({
      total: at(inputs.z),
      slope: gradient(at(inputs.z), [inputs.z])[0] as Node,
    }));
    const { slope } = evaluateGraph(graph, { z: initialState() });
    const values = toFloat64(initialState());
    const differences = Array.from(values, (_, i) => {
      const total = (by: number): number => {
        const moved = Float64Array.from(values, (value, j) => (i === j ? value + by : value));
        const outputs = evaluateGraph(graph, { z: fromNumbers(moved, [3, 2], "float64") });
        return toFloat64(outputs.total as Tensor)[0] ?? Number.NaN;
      };
      return (total(1e-5) - total(-1e-5)) / 2e-5;
    });
    expect(relativeDifference(toFloat64(slope as Tensor), differences)).toBeLessThan(FINITE_DIFFERENCE);
  });

  test("refuses states that are not vectors, and derivatives of another shape", () => {
    const image = input("image", ["batch", 1, 2, 2], "float64");
    expect(() => divergence((y) => y, image)).toThrow("reshape images");
    expect(() => divergence((y) => reduceSum(y, 1), z)).toThrow(/\[batch, 2\] and \[batch\]/);
  });
});

describe("stage times inside a span", () => {
  test.each([
    ["forward", 0.1, 0.7],
    ["backward", 0.7, 0.1],
  ])("%s, as numbers and as nodes", (_, s, end) => {
    // A step one part in 10¹⁰ too long.
    const dt = (end - s) * (1 + 1e-10);
    const bounds: DepthBounds = { low: 0.1, high: 0.7 };
    const asNode = (value: number): Operand => constant(value, "float64");
    const asNodes = { low: asNode(0.1), high: asNode(0.7) };
    expect(graphAlgebraWithin(bounds).time(s, 1, dt)).toBe(end);
    expect(graphAlgebraWithin(bounds).time(s, 0.5, dt)).toBeCloseTo(0.4, 9);
    const node = graphAlgebraWithin(asNodes).time(asNode(s), 1, asNode(dt)) as Node;
    const { time } = evaluateGraph(
      trace({}, () => ({ time: node })),
      {},
    );
    expect(toFloat64(time as Tensor)).toEqual(Float64Array.of(end));
  });
});

describe("parameters as controls", () => {
  test("solve the same, with values given at the run", async () => {
    const field = controlledField();
    const open = withOpenParameters(field);
    expect(open.roles.controls).toEqual(["x", "w"]);
    const options = { span: [0, 1], method: "heun:3" } as const;
    const closed = await solveField(field, initialState(), { ...options, controls: { x: control() } });
    const opened = await solveField(open, initialState(), {
      ...options,
      controls: { x: control(), ...field.parameters },
    });
    const [a, b] = [closed, opened].map(({ states }) => toFloat64(states[1] as Tensor));
    expect(relativeDifference(a ?? [], b ?? [])).toBeLessThan(SAME_NUMERICS);
  });
});

describe("gradients through a method of one's own", () => {
  /** Heun, and a pull that only the initial state decides. */
  const pulled: FixedMethod = {
    ...fixed(heun, { steps: 4 }),
    name: "pulled heun",
    scheme: (field) => {
      const base = fixed(heun, { steps: 4 }).scheme(field);
      return repeatedStep(base.cost(1), (site) => {
        const record = base.step(site);
        return { ...record, z1: add(record.z1, mul(mul(sin(site.z0), site.dt), 0.3)) };
      });
    },
  };
  const field = controlledField();
  const options = { span: [0, 1], method: "dopri5:4", controls: { x: control() } } as const;
  const doubled = (states: readonly Tensor[]): Tensor => {
    const end = states.at(-1) ?? initialState();
    return fromNumbers(
      toFloat64(end).map((value) => 2 * value),
      end.shape,
      end.dtype,
    );
  };

  test("the method by another name gives the same", async () => {
    const own = await gradientThroughSolve(field, initialState(), { ...options, method: "heun:4" }, doubled);
    const { tableau: _, ...renamed } = fixed(heun, { steps: 4 });
    const method = { ...renamed, name: "another", text: "another" };
    const given = await gradientThroughSolve(field, initialState(), { ...options, method }, doubled);
    expect(given.z0).toEqual(own.z0);
    expect(given.parameters).toEqual(own.parameters);
  });

  test("what a step sees of the initial state counts", async () => {
    const { z0 } = await gradientThroughSolve(field, initialState(), { ...options, method: pulled }, doubled);
    const values = toFloat64(initialState());
    const differences: number[] = [];
    for (const i of values.keys()) {
      const loss = async (by: number): Promise<number> => {
        const moved = Float64Array.from(values, (value, j) => (i === j ? value + by : value));
        const start = fromNumbers(moved, [3, 2], "float64");
        const { states } = await solveField(field, start, { ...options, method: pulled });
        return toFloat64(states[1] as Tensor).reduce((sum, value) => sum + value * value, 0);
      };
      differences.push(((await loss(1e-5)) - (await loss(-1e-5))) / 2e-5);
    }
    expect(relativeDifference(toFloat64(z0), differences)).toBeLessThan(FINITE_DIFFERENCE);
  });
});
