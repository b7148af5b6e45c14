import { describe, expect, test } from "vitest";
import {
  concat,
  gradient,
  mul,
  type Node,
  reduceSum,
  reshape,
  slice,
  square,
  trace,
} from "../../src/graph/index.js";
import { makeGraph } from "../../src/graph/internal.js";
import { STATE_INPUT, unrolledSolve } from "../../src/ode/compiled/compiled-steps.js";
import {
  adaptive,
  divergence,
  dopri5,
  type Field,
  fixed,
  type GradientOptions,
  gradientThroughSolve,
  heun,
  orThrow,
  rk4,
  solveField,
  tsit5,
  uniformMesh,
} from "../../src/ode/index.js";
import { evaluateField, makeField, stateType, withOpenParameters } from "../../src/ode/internal.js";
import { tableauScheme } from "../../src/ode/methods/scheme.js";
import { compile } from "../../src/runtime/index.js";
import { type FloatDType, fromNumbers, rows, type Tensor, toFloat64 } from "../../src/tensor/index.js";
import { expectClose, relativeDifference } from "../helpers/compare.js";
import { float32GradientRounding, oracleField } from "../helpers/mlp-field.js";
import { readOracle } from "../helpers/oracle.js";
import { logarithmicNorm, randomField } from "../helpers/random-fields.js";
import { SAME_NUMERICS } from "../helpers/tolerances.js";

const oracle = readOracle("odeint_gradient");
const z0 = readOracle("odeint_field").get("z0");
const expected = {
  z0: oracle.get("grad.z0"),
  ...Object.fromEntries(Object.entries(oracle.group("grad.")).filter(([name]) => name !== "z0")),
};

/** ∂/∂z Σ z² at the end. */
const doubled = (states: readonly Tensor[]): Tensor => {
  const end = states.at(-1) as Tensor;
  return fromNumbers(
    toFloat64(end).map((value) => 2 * value),
    end.shape,
    end.dtype,
  );
};

describe("oracle: gradients of Σ z(1.5)² through a solve agree with torchdiffeq's", () => {
  test.each([
    ["dopri5", dopri5],
    ["tsit5", tsit5],
  ] as const)("oracle %s at 1e-11 in float64, and every weight", async (_, method) => {
    const options = { span: [0, 1.5], method: adaptive(method, { rtol: 1e-11, atol: 1e-11 }) } as const;
    const result = await gradientThroughSolve(oracleField("float64"), z0, options, doubled);
    const end = toFloat64(result.solution.states.at(-1) as Tensor);
    const loss = end.reduce((sum, value) => sum + value * value, 0);
    expect(Math.abs(loss - (toFloat64(oracle.get("loss"))[0] ?? 0))).toBeLessThan(1e-8);
    const ours: Record<string, Tensor> = { z0: result.z0, ...result.parameters };
    expect(Object.keys(ours).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, value] of Object.entries(expected)) expectClose(ours[name] as Tensor, value, 1e-8);
  });

  test("oracle rk4 with 64 steps", async () => {
    const options = { span: [0, 1.5], method: fixed(rk4, { steps: 64 }) } as const;
    const result = await gradientThroughSolve(oracleField("float64"), z0, options, doubled);
    const ours: Record<string, Tensor> = { z0: result.z0, ...result.parameters };
    for (const [name, value] of Object.entries(expected)) expectClose(ours[name] as Tensor, value, 1e-7);
  });

  test("oracle float32: the rounding of as many operations", async () => {
    const options = { span: [0, 1.5], method: "rk4:64" } as const;
    const result = await gradientThroughSolve(oracleField("float32"), z0, options, doubled);
    const ours: Record<string, Tensor> = { z0: result.z0, ...result.parameters };
    for (const [name, value] of Object.entries(expected)) {
      expect(ours[name]?.dtype).toBe("float32");
      expectClose(ours[name] as Tensor, value, 1e-7 + float32GradientRounding(4 * 64));
    }
  });
});

describe("gradients in float32, on fields drawn at random", () => {
  const span = [0, 1.5] as const;
  const seeds = [1, 2, 3, 4, 5, 6];
  const gradientOf = async (seed: number, dtype: FloatDType, options: GradientOptions) => {
    const { field, start } = randomField(seed);
    const result = await gradientThroughSolve(field(dtype), start, { span, ...options }, doubled);
    const steps = result.solution.statistics.acceptedSteps;
    return { steps, values: { z0: result.z0, ...result.parameters } as Record<string, Tensor> };
  };
  type Gradient = Awaited<ReturnType<typeof gradientOf>>;
  const difference = (a: Gradient, b: Gradient): number => {
    expect(Object.keys(a.values)).toEqual(Object.keys(b.values));
    const gaps = Object.entries(b.values).map(([name, value]) =>
      relativeDifference(toFloat64(a.values[name] as Tensor), toFloat64(value)),
    );
    return Math.max(...gaps);
  };

  test.each(seeds)("on equal steps differ from float64 by rounding: field %d", async (seed) => {
    const options = { method: fixed(rk4, { steps: 16 }) };
    const [single, double] = [
      await gradientOf(seed, "float32", options),
      await gradientOf(seed, "float64", options),
    ];
    const gap = difference(single, double);
    expect(gap).toBeLessThan(float32GradientRounding(4 * 16));
    // It was float32.
    expect(gap).toBeGreaterThan(1e-9);
  });

  test.each(seeds)(
    "under step control err by tolerance, steps and growth of errors: field %d",
    async (seed) => {
      const tolerance = 1e-5;
      const exact = await gradientOf(seed, "float64", { method: "dopri5@1e-11" });
      const growth = Math.exp(1.5 * Math.max(0, await logarithmicNorm(randomField(seed), span)));
      for (const dtype of ["float32", "float64"] as const) {
        const ours = await gradientOf(seed, dtype, { method: `dopri5@${tolerance}` });
        // Each step errs by a root mean square of one tolerance over 15 numbers; once in the state that the way back
        // passes through, once in the cotangent that it starts from.
        expect(difference(ours, exact)).toBeLessThan(2 * Math.sqrt(15) * tolerance * ours.steps * growth);
      }
    },
  );
});

describe("replaying steps backwards is the derivative of the unrolled program", () => {
  test.each([heun, rk4])("$name, z0 and every weight", async (method) => {
    const field = withOpenParameters(oracleField("float64"));
    const mesh = uniformMesh([0, 1.5], 6);
    const solve = unrolledSolve(field, tableauScheme(field, method), mesh, new Map([[6, "z"]]));
    const names = Object.keys(solve.inputs);
    const loss = reduceSum(square(solve.outputs.z as Node));
    const gradients = gradient(loss, Object.values(solve.inputs));
    const program = await compile(
      makeGraph(
        solve.inputs,
        Object.fromEntries(names.map((name, i) => [`d ${name}`, gradients[i] as Node])),
      ),
    );
    const { parameters } = oracleField("float64");
    const outputs = await program.run({ [STATE_INPUT]: z0, ...parameters });
    const options = { span: [0, 1.5], method: fixed(method, { steps: 6 }) } as const;
    const ours = await gradientThroughSolve(oracleField("float64"), z0, options, doubled);
    expectClose(ours.z0, outputs[`d ${STATE_INPUT}`] as Tensor, SAME_NUMERICS);
    for (const [name, value] of Object.entries(ours.parameters))
      expectClose(value, outputs[`d ${name}`] as Tensor, SAME_NUMERICS);
    await program.dispose();
  });
});

describe("oracle: divergence", () => {
  const field = oracleField("float64");
  const divergenceAt = (s: Node | number, z: Node): Node =>
    divergence((state) => evaluateField(field, s, state).dz, z);

  test("oracle trace of the Jacobian at s = 0.3", async () => {
    const graph = trace({ z: stateType(field) }, ({ z }) => ({ divergence: divergenceAt(0.3, z) }));
    const program = await compile(graph);
    const outputs = await program.run({ z: z0 });
    expectClose(
      outputs.divergence as Tensor,
      readOracle("divergence_at_s0.3").get("divergence"),
      SAME_NUMERICS,
    );
    await program.dispose();
  });

  test("oracle log-density as an augmented integral along the flow", async () => {
    const flow = withLogDensity(field, divergenceAt);
    const oracleFlow = readOracle("logdensity_change");
    const start = fromNumbers(
      [0, 1, 2, 3, 4].flatMap((i) => [...toFloat64(rows(z0, i, i + 1)), 0]),
      [5, 4],
      "float64",
    );
    const { states } = orThrow(await solveField(flow, start, { span: [0, 1.5], method: "dopri5@1e-11" }));
    const end = toFloat64(states[1] as Tensor);
    const column = (index: number) => end.filter((_, i) => i % 4 === index);
    expect(relativeDifference(column(3), toFloat64(oracleFlow.get("delta_log_density")))).toBeLessThan(1e-9);
    expect(
      relativeDifference(
        end.filter((_, i) => i % 4 < 3),
        toFloat64(oracleFlow.get("z")),
      ),
    ).toBeLessThan(1e-9);
  });
});

/** d(z, log p)/ds = (f, −div f). */
function withLogDensity(field: Field, divergenceAt: (s: Node, z: Node) => Node): Field {
  const state = ["batch", 4] as const;
  const specs = {
    s: { shape: [], dtype: "float64" as const },
    z: { shape: state, dtype: "float64" as const },
  };
  const graph = trace(specs, ({ s, z }) => {
    const point = slice(z, 1, 0, 3);
    const change = mul(divergenceAt(s, point), -1);
    return { dz: concat([evaluateField(field, s, point).dz, reshape(change, ["batch", 1])], 1) };
  });
  return makeField(graph, { state: "z", depth: "s", controls: [], output: "dz" }, {});
}
