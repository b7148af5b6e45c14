import { describe, expect, test } from "vitest";
import { evaluateGraph, mul } from "../../../../src/graph/index.js";
import { type HyperMethod, hyper } from "../../../../src/hypersolver/index.js";
import { compileStep, STATE_INPUT, unrolledSolve } from "../../../../src/ode/compiled/compiled-steps.js";
import { type FixedMethod, fixed, uniformMesh } from "../../../../src/ode/index.js";
import { rungeKuttaStep, type StepScheme, withoutErrorControl } from "../../../../src/ode/internal.js";
import { plainAlgebra } from "../../../../src/ode/methods/algebra.js";
import { embeddedStep } from "../../../../src/ode/methods/runge-kutta.js";
import { repeatsStep } from "../../../../src/ode/methods/scheme.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import {
  control,
  controlledField,
  controlledPlain,
  initialState,
} from "../../../helpers/controlled-field.js";
import { bases, handMade, node } from "../../../helpers/corrections.js";
import { adaptiveTableaus } from "../../../helpers/tableaus.js";
import { SAME_NUMERICS } from "../../../helpers/tolerances.js";

const field = controlledField("float64");
const [s, dt] = [0.3, -0.45];
const y0 = toFloat64(initialState());
const f = (at: number, y: Float64Array): Float64Array => Float64Array.from(controlledPlain(at, y));
const device = { device: "reference" } as const;

function stepping(method: FixedMethod): StepScheme {
  const scheme = method.scheme(field);
  if (repeatsStep(scheme)) return scheme;
  throw new Error("no step");
}

async function stepOf(method: FixedMethod, details: readonly ("correction" | "error")[]) {
  const program = await compileStep(field, stepping(method), device, details);
  const z = initialState();
  const values = await program.run({ s, dt, z, z0: z }, { x: control() });
  await program.dispose();
  return values;
}

/** g = 0.7 z − 0.2 k₀. */
const corrected = (base: (typeof bases)[number]): HyperMethod =>
  hyper(
    handMade(base, ["z", "stages"], (nodes) => mul(node(nodes.z), 0.7)),
    { steps: 1 },
  );

describe("a step tells its embedded error as the interpreter of plain numbers does", () => {
  test.each(adaptiveTableaus)("$name", async (pair) => {
    const { z1, error } = await stepOf(fixed(pair, { steps: 1 }), ["error"]);
    const exact = embeddedStep(pair, f, plainAlgebra, { s, dt, y: y0 });
    expect(relativeDifference(toFloat64(error as Tensor), exact.error)).toBeLessThan(1e-9);
    expect(relativeDifference(toFloat64(z1), exact.y1)).toBeLessThan(SAME_NUMERICS);
  });
});

describe("a corrected step tells its correction, ε^(p+1) g", () => {
  test.each(bases)("$name", async (base) => {
    const { z1, correction } = await stepOf(corrected(base), ["correction"]);
    const term = y0.map((value) => 0.7 * value * dt ** (base.order + 1));
    expect(relativeDifference(toFloat64(correction as Tensor), term)).toBeLessThan(SAME_NUMERICS);
    const { y1 } = rungeKuttaStep(withoutErrorControl(base), f, plainAlgebra, { s, dt, y: y0 });
    const whole = y1.map((value, i) => value + (term[i] ?? Number.NaN));
    expect(relativeDifference(toFloat64(z1), whole)).toBeLessThan(SAME_NUMERICS);
  });

  test.each(adaptiveTableaus)("and the error of its base: $name", async (pair) => {
    const { error } = await stepOf(corrected(pair), ["error", "correction"]);
    const exact = embeddedStep(pair, f, plainAlgebra, { s, dt, y: y0 });
    expect(relativeDifference(toFloat64(error as Tensor), exact.error)).toBeLessThan(1e-9);
  });
});

describe("details of a whole solve", () => {
  const wanted = new Map([
    [0, "start"],
    [1, "middle"],
    [2, "end"],
  ]);
  const mesh = uniformMesh([0, 1], 2);

  test("are outputs where they are asked for, and change nothing else", () => {
    const [pair] = adaptiveTableaus;
    if (pair === undefined) throw new Error("no pair");
    const scheme = corrected(pair).scheme(field);
    const plain = unrolledSolve(field, scheme, mesh, wanted);
    const told = unrolledSolve(field, scheme, mesh, wanted, ["correction", "error"]);
    expect(Object.keys(plain.outputs)).toEqual(["start", "middle", "end"]);
    expect(Object.keys(told.outputs).sort()).toEqual(
      ["start", ...["middle", "end"].flatMap((name) => [name, `${name} correction`, `${name} error`])].sort(),
    );
    const feeds = { [STATE_INPUT]: initialState(), x: control() };
    const [a, b] = [evaluateGraph(plain, feeds), evaluateGraph(told, feeds)];
    for (const name of ["middle", "end"]) expect(b[name]).toEqual(a[name]);
  });

  test("that a method does not know are refused", () => {
    const [, , heun] = bases;
    if (heun === undefined) throw new Error("no base");
    const alone = fixed(heun, { steps: 2 }).scheme(field);
    expect(() => unrolledSolve(field, alone, mesh, wanted, ["error"])).toThrow(/an error estimate/);
    expect(() => unrolledSolve(field, alone, mesh, wanted, ["correction"])).toThrow(/a corrected method/);
  });
});

test("states of one sample are as good as of many", async () => {
  const one = fromNumbers([0.2, -0.4], [1, 2], "float64");
  const program = await compileStep(field, stepping(corrected(bases[0] as never)), device, ["correction"]);
  const { correction } = await program.run(
    { s, dt, z: one, z0: one },
    { x: fromNumbers([1], [1, 1], "float64") },
  );
  expect(correction?.shape).toEqual([1, 2]);
  await program.dispose();
});
