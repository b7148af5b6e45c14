import { describe, expect, test } from "vitest";
import { add, importOnnx, mul, type Node, reduceSum, sin, tanh } from "../../../../src/graph/index.js";
import {
  decodeCorrection,
  decodeLearned,
  encodeCorrection,
  encodeLearned,
  encodeSolver,
  encodeStudent,
  fitCorrection,
  fitSolver,
  fitStudent,
  hyper,
  measureMethod,
  normalStates,
} from "../../../../src/hypersolver/index.js";
import { referenceEnds } from "../../../../src/hypersolver/internal.js";
import {
  defineField,
  type Field,
  type FixedMethod,
  fieldAs,
  fixed,
  heun,
} from "../../../../src/ode/index.js";
import { type FloatDType, Random, type Shape } from "../../../../src/tensor/index.js";
import { cardFor } from "../../../helpers/cards.js";

const span = [0, 0.5] as const;

/** z' = 2 sin 2z, with a mean over the last axis where there is one. */
function waves(shape: Shape, dtype: FloatDType): Field {
  const field = defineField(["batch", ...shape], (_, z: Node) => {
    const own = mul(sin(mul(z, 2)), 2);
    if (shape.length === 0) return own;
    return add(own, tanh(mul(reduceSum(z, [shape.length], true), 1 / (shape.at(-1) ?? 1))));
  });
  return fieldAs(field, dtype);
}

const kinds: [string, Shape, FloatDType][] = [
  ["one number", [], "float32"],
  ["a short sequence in float64", [2, 2], "float64"],
  ["a long sequence", [20, 13], "float32"],
];

const samples = 32;
const effort = { span, trajectories: 64, batch: 32, seed: 0 };

describe.each(kinds)("of states of %s", (_, shape, dtype) => {
  const field = waves(shape, dtype);
  const states = normalStates(shape);

  /** Mean error at the end of the span, on states that nothing was learned from. */
  async function errorOf(method: FixedMethod): Promise<number> {
    const held = await states.heldOut(samples, new Random(5));
    const ends = await referenceEnds(field, span, held);
    return (await measureMethod(field, method, span, held, ends)).errors.mean;
  }

  /** The solve as a file takes and gives states of the field's own type and shape. */
  async function expectFile(method: FixedMethod): Promise<void> {
    const held = await states.heldOut(4, new Random(6));
    const { inputs, outputs } = importOnnx(await encodeSolver(field, method, span, held), "solver");
    for (const type of [inputs.z0, outputs.z1]) expect(type).toEqual({ dtype, shape: ["batch", ...shape] });
  }

  test("a correction beats its base, out of a file too", async () => {
    const spec = { ...effort, base: "heun", steps: 2, iterations: 150, hidden: [24] };
    const { correction } = await fitCorrection(field, { ...spec, trajectoryIterations: 5 }, { states });
    const read = decodeCorrection(encodeCorrection(correction, cardFor(field)), "g");
    const method = hyper(read, { steps: 2 });
    expect(await errorOf(method)).toBeLessThan(0.5 * (await errorOf(fixed(heun, { steps: 2 }))));
    await expectFile(method);
  });

  test("coefficients with networks beat what they begin with, out of a file too", async () => {
    const spec = {
      ...effort,
      learn: "both",
      start: "midpoint",
      evaluations: 2,
      iterations: 20,
      hidden: [16],
    } as const;
    const fit = await fitSolver(field, { ...spec, jointIterations: 60, jointBatch: 32 }, { states });
    expect(fit.bestError).toBeLessThan(0.8 * fit.startError);
    const { method } = decodeLearned(encodeLearned(fit.method as never), "ns.onnx");
    expect(await errorOf(method)).toBeCloseTo(await errorOf(fit.method), 5);
    await expectFile(method);
  });

  test("a student learns", async () => {
    const spec = { ...effort, macs: 30_000, layers: 2, iterations: 60 };
    const fit = await fitStudent(field, spec, { states });
    expect(fit.bestError).toBeLessThan(0.95 * fit.startError);
    const { method } = decodeLearned(encodeStudent(fit.method), "student.onnx");
    await expectFile(method);
  });
});
