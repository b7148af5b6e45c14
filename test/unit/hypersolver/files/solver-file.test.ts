import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { importOnnx, inspectOnnx, log, mul, type NamedNodes, trace } from "../../../../src/graph/index.js";
import { GOLDEN_KEY, solverGraph } from "../../../../src/hypersolver/files/solver-file.js";
import { encodeSolver, hyper, selfTest } from "../../../../src/hypersolver/index.js";
import {
  type AnyMethodSpec,
  goldenVectorsOf,
  methodOf,
  type Samples,
  SOLVER_KEY,
  solverFacts,
  solverFactsOf,
} from "../../../../src/hypersolver/internal.js";
import { alpha, defineField, fixed, heun, reversible, solveField } from "../../../../src/ode/index.js";
import { makeField } from "../../../../src/ode/internal.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { closedForms, driven, spiral } from "../../../helpers/closed-form.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { exactCorrection, node, zeroCorrection } from "../../../helpers/corrections.js";
import { FLOAT32_FORWARD } from "../../../helpers/tolerances.js";

const span = [0.2, 1.2] as const;
const steps = 3;

function samplesOf(count: number, controlled: boolean): Samples {
  const random = new Random(count);
  const numbers = (length: number) => Float32Array.from({ length }, () => random.normal());
  return {
    z0: fromNumbers(numbers(2 * count), [count, 2]),
    controls: controlled ? { x: fromNumbers(numbers(count), [count, 1]) } : {},
  };
}

/** As somebody without this library would run it. */
async function runDirectly(bytes: Uint8Array, { z0, controls }: Samples): Promise<Float32Array> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const wrap = ({ data, shape }: Tensor) => new RuntimeTensor("float32", data as Float32Array, shape);
  const feeds = Object.fromEntries(
    Object.entries({ z0, ...controls }).map(([name, value]) => [name, wrap(value)]),
  );
  expect([...session.inputNames].sort()).toEqual(Object.keys(feeds).sort());
  expect(session.outputNames).toEqual(["z1"]);
  const { z1 } = await session.run(feeds);
  await session.release();
  expect(z1?.dims).toEqual(z0.shape);
  return z1?.data as Float32Array;
}

describe("solver.onnx", () => {
  test("takes a control that is one number for all samples", async () => {
    const field = defineField(["batch", 2], (_, z, { w }) => mul(z, w as NonNullable<typeof w>), {
      controls: { w: { shape: [] } },
    });
    const { z0 } = samplesOf(6, false);
    const samples = { z0, controls: { w: fromNumbers([-1], []) } };
    const method = fixed(heun, { steps: 1 });
    const bytes = await encodeSolver(field, method, [0, 1], samples);
    // z + h w z + h² w² z/2
    const expected = toFloat64(z0).map((value) => 0.5 * value);
    expect(relativeDifference(await runDirectly(bytes, samples), expected)).toBeLessThan(FLOAT32_FORWARD);
  });

  test.each(closedForms)("runs in any ONNX runtime, at any batch, as solveField: $name", async (problem) => {
    const field = problem.field("float32");
    const method = hyper(exactCorrection(heun, problem, { dtype: "float32" }), { steps });
    const bytes = await encodeSolver(field, method, span, samplesOf(5, problem.controlled));
    for (const count of [1, 3, 257]) {
      const samples = samplesOf(count, problem.controlled);
      const options = { span, method, controls: samples.controls };
      const { states } = await solveField(field, samples.z0, options);
      const difference = relativeDifference(
        await runDirectly(bytes, samples),
        toFloat64(states.at(-1) as Tensor),
      );
      expect(difference).toBeLessThan(FLOAT32_FORWARD);
    }
  });

  test("uses standard operators only, and carries texts", async () => {
    const field = driven.field("float32");
    const method = hyper(exactCorrection(heun, driven, { dtype: "float32" }), { steps });
    const bytes = await encodeSolver(field, method, span, samplesOf(2, true), { note: "kept" });
    const { operators, metadata } = inspectOnnx(bytes, "solver.onnx");
    expect(operators.filter(({ name, supported }) => name.includes(".") || !supported)).toEqual([]);
    expect(Buffer.from(bytes).includes("com.microsoft")).toBe(false);
    expect(metadata.note).toBe("kept");
    expect(Object.keys(metadata)).toContain(GOLDEN_KEY);
  });

  test("notices at its self-test that a weight was tampered with", async () => {
    const field = spiral.field("float32");
    const method = fixed(heun, { steps });
    const bytes = await encodeSolver(field, method, span, samplesOf(6, false));
    const golden = goldenVectorsOf(inspectOnnx(bytes, "solver.onnx").metadata, "solver.onnx");
    if (golden === undefined) throw new Error("no golden vectors");
    expect(golden.inputs.z0?.shape).toEqual([4, 2]);
    const graph = solverGraph(field, method, span);
    await selfTest(bytes, graph, golden, "solver.onnx");
    const weight = Buffer.from(Float32Array.of(1.3).buffer);
    const tampered = Buffer.from(bytes);
    const place = tampered.indexOf(weight);
    expect(place).toBeGreaterThan(0);
    Buffer.from(Float32Array.of(1.31).buffer).copy(tampered, place);
    await expect(selfTest(tampered, graph, golden, "solver.onnx")).rejects.toMatchObject({
      code: "RUNTIME_FAILURE",
      facts: { what: "solver.onnx: self-test" },
    });
  });

  test("can be imported again", async () => {
    const field = spiral.field("float32");
    const bytes = await encodeSolver(field, fixed(heun, { steps }), span, samplesOf(2, false));
    const model = importOnnx(bytes, "solver.onnx");
    expect(Object.keys(model.inputs)).toEqual(["z0"]);
    expect(Object.keys(model.outputs)).toEqual(["z1"]);
  });

  test("is not written when it gives NaN on its own samples", async () => {
    const graph = trace({ z: { shape: ["batch", 2] } }, ({ z }) => ({ dz: log(z) }));
    const field = makeField(graph, { state: "z", depth: undefined, controls: [], output: "dz" }, {});
    const samples = { z0: fromNumbers([-1, -2], [1, 2]), controls: {} };
    const written = encodeSolver(field, fixed(heun, { steps }), span, samples);
    await expect(written).rejects.toMatchObject({ code: "NON_FINITE" });
  });

  test.each(["z0", "z1"])("refuses a control called %s", (name) => {
    const specs = { z: { shape: ["batch", 2] }, [name]: { shape: ["batch", 1] } } as const;
    const graph = trace(specs, (nodes: NamedNodes) => ({ dz: mul(node(nodes.z), node(nodes[name])) }));
    const field = makeField(graph, { state: "z", depth: undefined, controls: [name], output: "dz" }, {});
    expect(() => solverGraph(field, fixed(heun, { steps }), span)).toThrow(/controls not called/);
  });

  test.each([
    ["{", /golden vectors/],
    [JSON.stringify({ inputs: {} }), /golden vectors/],
  ])("with damaged golden vectors %s says so", (text, message) => {
    expect(() => goldenVectorsOf({ [GOLDEN_KEY]: text }, "solver.onnx")).toThrow(message);
    expect(goldenVectorsOf({}, "solver.onnx")).toBeUndefined();
  });
});

describe("facts of a solver", () => {
  test("name the method by name, spelling and JSON, but no file of a correction", () => {
    const correction = zeroCorrection(alpha(0.4), "float32");
    const method = hyper(correction, { steps: 2 }, { file: "somewhere/correction.onnx" });
    const facts = solverFacts(method, [0, 1]);
    expect(facts).toEqual({
      ...{ method: "hyper-alpha(0.4)", order: 2, steps: 2, span: [0, 1], text: "hyper-alpha(0.4):2" },
      spec: { kind: "hyper", base: "alpha(0.4)", grid: { steps: 2 } },
    });
    const read = solverFactsOf({ [SOLVER_KEY]: JSON.stringify(facts) });
    expect(read).toEqual(facts);
    expect(methodOf(read?.spec as AnyMethodSpec, () => correction).text).toBe(facts.text);
  });

  test("name no file inside a reversible method either", () => {
    const correction = zeroCorrection(alpha(0.4), "float32");
    const base = hyper(correction, { steps: 2 }, { file: "somewhere/correction.onnx" });
    const facts = solverFacts(reversible(base, { coupling: 0.9 }), [0, 1]);
    expect(facts).toMatchObject({ text: "reversible-0.9-hyper-alpha(0.4):2", steps: 2 });
    const read = solverFactsOf({ [SOLVER_KEY]: JSON.stringify(facts) });
    expect(methodOf(read?.spec as AnyMethodSpec, () => correction).text).toBe(facts.text);
  });

  test("of version 0.1 have neither spelling nor JSON, those of later ones may be of kinds unknown here", () => {
    const old = { method: "hyper-heun", order: 2, steps: 4, span: [0, 1] };
    expect(solverFactsOf({ [SOLVER_KEY]: JSON.stringify(old) })).toEqual(old);
    const later = { ...old, text: "theta:4", spec: { kind: "theta" } };
    expect(solverFactsOf({ [SOLVER_KEY]: JSON.stringify(later) })).toEqual({ ...old, text: "theta:4" });
  });
});
