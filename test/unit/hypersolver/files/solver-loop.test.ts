import { describe, expect, test } from "vitest";
import {
  bind,
  encodeOnnx,
  evaluateGraph,
  importOnnx,
  inspectOnnx,
  mul,
  sub,
} from "../../../../src/graph/index.js";
import { encodeLoop } from "../../../../src/graph/internal.js";
import { solverGraph, solverLoop } from "../../../../src/hypersolver/files/solver-file.js";
import { encodeSolver, hyper } from "../../../../src/hypersolver/index.js";
import {
  ab2,
  ab3,
  euler,
  type Field,
  type FixedMethod,
  fixed,
  heun,
  multistep,
  pecHeun,
  reversible,
  rk4,
  type Span,
} from "../../../../src/ode/index.js";
import { ddim, dpmpp2m } from "../../../../src/ode/methods/multistep/exponential.js";
import { programOf } from "../../../../src/runtime/internal.js";
import { fromNumbers, type Tensor } from "../../../../src/tensor/index.js";
import { driven, pulse } from "../../../helpers/closed-form.js";
import { expectClose } from "../../../helpers/compare.js";
import { exactCorrection, handMade, node } from "../../../helpers/corrections.js";
import { convolutionalField, imageShape, normalTensor } from "../../../helpers/image-fields.js";
import { FLOAT32_FORWARD, SAME_NUMERICS } from "../../../helpers/tolerances.js";

interface Case {
  readonly field: Field;
  readonly method: FixedMethod;
  readonly span: Span;
  /** Default: float64 states [3, 2]. */
  readonly z0?: Tensor;
  readonly controls?: Readonly<Record<string, Tensor>>;
}

const states = fromNumbers([0.3, -1, 2, 0.5, -0.7, 1.1], [3, 2], "float64");
const x = fromNumbers([0.5, -1, 2], [3, 1], "float64");
const mesh = [0.2, 0.25, 0.5, 0.6, 1.2];
const field = pulse.field("float64");
const span = [0.2, 1.2] as const;

const towardsStart = handMade(heun, ["z", "z0"], ({ z, z0 }) => mul(sub(node(z0), node(z)), 0.1));

const cases: Readonly<Record<string, Case>> = {
  Euler: { field, span, method: fixed(euler, { steps: 7 }) },
  "RK4, backwards": { field, span: [1.2, 0.2], method: fixed(rk4, { steps: 3 }) },
  "Heun on a mesh that is not uniform": { field, span, method: fixed(heun, { mesh }) },
  "Adams–Bashforth 2": { field, span, method: multistep(ab2, { steps: 5 }) },
  "Adams–Bashforth 3, mesh not uniform": { field, span, method: multistep(ab3, { mesh }) },
  "PEC Heun, backwards": { field, span: [1.2, 0.2], method: multistep(pecHeun, { steps: 4 }) },
  DDIM: { field, span: [0, 1], method: multistep(ddim, { steps: 4 }) },
  "DPM-Solver++(2M)": { field, span: [0, 1], method: multistep(dpmpp2m, { steps: 5 }) },
  "HyperHeun, with a control": {
    field: driven.field("float64"),
    ...{ span, controls: { x }, method: hyper(exactCorrection(heun, driven), { steps: 4 }) },
  },
  "a correction that sees where the solve starts": {
    ...{ field, span, method: hyper(towardsStart, { steps: 4 }) },
  },
  "images, float32": {
    field: convolutionalField(),
    ...{ span: [0, 1], method: fixed(rk4, { steps: 3 }), z0: normalTensor([2, ...imageShape], 5) },
  },
};

/** What ONNX Runtime makes of a file. */
async function run(bytes: Uint8Array, like: ReturnType<typeof solverGraph>, feeds: Record<string, Tensor>) {
  const program = await programOf(like, bytes, { oneShot: true });
  const { z1 } = await program.run(feeds);
  await program.dispose();
  return z1 as Tensor;
}

describe("a solve as a loop", () => {
  test.each(Object.entries(cases))("is the unrolled one, and is read back: %s", async (_, given) => {
    const { method, z0 = states, controls = {} } = given;
    const unrolled = solverGraph(given.field, method, given.span);
    const loop = solverLoop(given.field, method, given.span);
    if (loop === undefined) throw new Error("no loop");
    const bytes = encodeLoop(loop);
    const feeds = { z0, ...controls };
    const tolerance = z0.dtype === "float64" ? SAME_NUMERICS : FLOAT32_FORWARD;
    const [expected, actual] = [
      await run(encodeOnnx(unrolled), unrolled, feeds),
      await run(bytes, unrolled, feeds),
    ];
    expectClose(actual, expected, tolerance);
    const { graph, parameters, inputs } = importOnnx(bytes, "solver.onnx");
    expect(Object.keys(inputs)).toEqual(Object.keys(unrolled.inputs));
    const interpreted = evaluateGraph(bind(graph, parameters), feeds).z1 as Tensor;
    expectClose(interpreted, evaluateGraph(unrolled, feeds).z1 as Tensor, tolerance);
  });

  test("has the weights once, however many steps there are", () => {
    const size = (steps: number): number => {
      const loop = solverLoop(convolutionalField(), fixed(euler, { steps }), [0, 1]);
      return loop === undefined ? 0 : encodeLoop(loop).length;
    };
    // Two numbers a step, float32.
    expect(size(1024) - size(24)).toBeLessThanOrEqual(2 * 4 * 1000 + 16);
  });

  test("is none where steps differ in more than numbers", () => {
    expect(solverLoop(field, reversible(fixed(heun, { steps: 4 })), span)).toBeUndefined();
    expect(solverLoop(field, multistep(ab3, { steps: 2 }), span)).toBeUndefined();
  });

  test("is what is exported from 129 evaluations on, unless somebody wants none", async () => {
    const operators = async (steps: number, unrolled = false): Promise<string[]> => {
      const samples = { z0: states, controls: {} };
      const bytes = await encodeSolver(field, fixed(euler, { steps }), span, samples, {}, { unrolled });
      return inspectOnnx(bytes, "solver.onnx").operators.map(({ name }) => name);
    };
    expect(await operators(128)).not.toContain("Loop");
    expect(await operators(129)).toContain("Loop");
    expect(await operators(129, true)).not.toContain("Loop");
  });
});
