import { describe, expect, test } from "vitest";
import { constant, div, mul, type Node, sub, trace } from "../../../src/graph/index.js";
import { simplify, topological } from "../../../src/graph/internal.js";
import { convCorrection } from "../../../src/hypersolver/correction/conv-network.js";
import { integerPower } from "../../../src/hypersolver/correction/hyper-scheme.js";
import { inputShapes } from "../../../src/hypersolver/correction/input-shapes.js";
import { type Correction, hyper } from "../../../src/hypersolver/index.js";
import type { CorrectionInput } from "../../../src/hypersolver/internal.js";
import { unrolledSolve } from "../../../src/ode/compiled/compiled-steps.js";
import {
  type ButcherTableau,
  euler,
  fixed,
  heun,
  midpoint,
  rk4,
  solveField,
  uniformMesh,
} from "../../../src/ode/index.js";
import { graphAlgebra } from "../../../src/ode/internal.js";
import { cast, fromNumbers, Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";
import { node } from "../../helpers/corrections.js";
import {
  convolutionalField,
  decay,
  decayed,
  imageShape,
  imageSpan,
  normalTensor,
  RATE,
} from "../../helpers/image-fields.js";
import { FLOAT32_FORWARD, FLOAT64_ROUNDING } from "../../helpers/tolerances.js";

const bases = [euler, midpoint, heun, rk4];
const z0 = normalTensor([3, ...imageShape], 7);
const last = (states: readonly Tensor[]): Float64Array => toFloat64(states.at(-1) as Tensor);

/** A convolutional correction as it is before training, with everything among its inputs. */
function untrained(base: ButcherTableau): Correction {
  const inputs: CorrectionInput[] = ["features", "z", "stages", "epsilon", "s", "z0"];
  const field = convolutionalField();
  const features = ["hidden"];
  const shapes = inputShapes(field, base, { inputs, features });
  const statistics = Object.fromEntries(
    Object.entries(shapes).map(([name, [channels = 0]]) => [
      name,
      { mean: new Float64Array(channels).fill(0.3), deviation: new Float64Array(channels).fill(2) },
    ]),
  );
  const layers = { hidden: [4], kernels: [3, 3], activation: "channel-prelu", size: [5, 4] } as const;
  const scale = Float64Array.of(3, 0.5);
  return convCorrection({ base, inputs, features, ...layers, shapes, statistics, scale }, new Random(1));
}

/** A correction of `decay` by hand, float64. */
function handMade(base: ButcherTableau, g: (nodes: Record<string, Node>) => Node): Correction {
  const state = { shape: ["batch", ...imageShape] as const, dtype: "float64" as const };
  const stages = base.b.map((_, i) => [`k${i}`, state] as const);
  const epsilon = { shape: ["batch", 1, 1, 1] as const, dtype: "float64" as const };
  const graph = trace<string>({ z: state, ...Object.fromEntries(stages), epsilon }, (nodes) => ({
    g: g(nodes),
  }));
  return { base, inputs: ["z", "stages", "epsilon"], features: [], graph, parameters: {} };
}

describe.each(bases)("on images, with $name as base,", (base) => {
  test("an untrained hypersolver is its base, bit for bit", async () => {
    const field = convolutionalField();
    const method = hyper(untrained(base), { steps: 3 });
    for (const span of [imageSpan, [0.3, -0.9] as const]) {
      // Without ONNX Runtime's own layouts of images, which depend on who else reads a tensor.
      for (const kind of [{ oneShot: true }, { device: "reference" as const }, {}]) {
        const own = await solveField(field, z0, { span, method: fixed(base, { steps: 3 }), ...kind });
        const corrected = await solveField(field, z0, { span, method, ...kind });
        expect(corrected.status).toBe("success");
        if (Object.keys(kind).length > 0)
          expect(corrected.states.at(-1)?.data).toEqual(own.states.at(-1)?.data);
        else
          expect(relativeDifference(last(corrected.states), last(own.states))).toBeLessThan(FLOAT32_FORWARD);
      }
    }
  });

  test("a perfect correction stands on the exact flow at every mesh point", async () => {
    const exact = handMade(base, (nodes) => {
      const [z, epsilon] = [node(nodes.z), node(nodes.epsilon)];
      const stages = base.b.map((_, i) => node(nodes[`k${i}`]));
      const increment = graphAlgebra.increment(epsilon, base.b, stages);
      const residual = sub(sub(decayed({ z, epsilon }), z), increment);
      return div(residual, integerPower(epsilon, base.order + 1));
    });
    const field = decay("float64");
    const mesh = uniformMesh(imageSpan, 4);
    const method = hyper(exact, { mesh });
    const { states } = await solveField(field, cast(z0, "float64"), { method, device: "reference" });
    for (const [k, state] of states.entries()) {
      const factor = Math.exp(RATE * (mesh[k] ?? Number.NaN));
      const flow = toFloat64(z0).map((value) => value * factor);
      expect(relativeDifference(toFloat64(state), flow)).toBeLessThan(FLOAT64_ROUNDING);
    }
  });

  test("f is called once a stage and g once a step", async () => {
    const field = convolutionalField();
    const method = hyper(untrained(base), { steps: 3 });
    const scheme = method.scheme(field);
    const { statistics } = await solveField(field, z0, { span: imageSpan, method });
    expect(statistics).toMatchObject({ nfe: 3 * base.stages, gCalls: 3, macs: 3 * scheme.cost(1).macs });
    const mesh = uniformMesh(imageSpan, 3);
    const graph = simplify(unrolledSolve(field, scheme, mesh, new Map([[3, "end"]])));
    const convolutions = topological(Object.values(graph.outputs)).filter(
      // Planes that s or a mean is multiplied by are convolutions of constants.
      ({ op, shape }) => op === "conv" && shape[0] === "batch",
    );
    // Two in f, two in g.
    expect(convolutions.length).toBe(3 * (2 * base.stages + 2));
  });

  test("the correction enters with ε to the order plus one", async () => {
    const field = decay("float64");
    const one = handMade(base, ({ z }) => mul(sub(node(z), sub(node(z), 1)), constant(1, "float64")));
    const [alone, method] = [fixed(base, { steps: 1 }), hyper(one, { steps: 1 })];
    for (const epsilon of [0.5, -0.25]) {
      const shared = { span: [0, epsilon] as const, device: "reference" as const };
      const own = await solveField(field, cast(z0, "float64"), { ...shared, method: alone });
      const corrected = await solveField(field, cast(z0, "float64"), { ...shared, method });
      const gap = last(corrected.states).map((value, i) => value - (last(own.states)[i] ?? Number.NaN));
      const expected = new Float64Array(gap.length).fill(epsilon ** (base.order + 1));
      expect(relativeDifference(gap, expected)).toBeLessThan(1e-12);
    }
  });
});

test("a batch of one image and a batch of many agree", async () => {
  const field = convolutionalField();
  const method = hyper(untrained(heun), { steps: 2 });
  const single = fromNumbers(toFloat64(z0).slice(0, 40), [1, ...imageShape]);
  const alone = await solveField(field, single, { span: imageSpan, method });
  const together = await solveField(field, z0, { span: imageSpan, method });
  expect(relativeDifference(last(alone.states), last(together.states).slice(0, 40))).toBeLessThan(1e-6);
});
