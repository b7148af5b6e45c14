import { describe, expect, test } from "vitest";
import { constant, type Node, sqrt, sub, trace } from "../../../src/graph/index.js";
import { mlpCorrection } from "../../../src/hypersolver/correction/network.js";
import { hyper } from "../../../src/hypersolver/index.js";
import { type Field, fixed, type Span, solveField, uniformMesh } from "../../../src/ode/index.js";
import { makeField, perSample, withoutErrorControl } from "../../../src/ode/internal.js";
import { Random, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import {
  type ClosedForm,
  closedForms,
  controlsOf,
  exactStates,
  startStates,
} from "../../helpers/closed-form.js";
import { relativeDifference } from "../../helpers/compare.js";
import { bases, exactCorrection, zeroCorrection } from "../../helpers/corrections.js";
import { FLOAT64_ROUNDING, SLOPE } from "../../helpers/tolerances.js";
import { observedOrder } from "../../problems/index.js";

const cases = bases.flatMap((base) => closedForms.map((problem) => ({ base, problem })));
const spans: readonly Span[] = [
  [0, 1],
  [0.3, -0.9],
];
const reference = { device: "reference" } as const;
const last = (states: readonly Tensor[]): Float64Array => toFloat64(states.at(-1) as Tensor);

describe("an untrained hypersolver is its base, bit for bit", () => {
  test.each(cases)("$base.name in float64, $problem.name", async ({ base, problem }) => {
    const field = problem.field("float64");
    const [alone, method] = [fixed(base, { steps: 3 }), hyper(zeroCorrection(base), { steps: 3 })];
    for (const span of spans) {
      const shared = { span, controls: controlsOf(problem, "float64"), ...reference };
      const own = await solveField(field, startStates("float64"), { ...shared, method: alone });
      const corrected = await solveField(field, startStates("float64"), { ...shared, method });
      expect(last(corrected.states)).toEqual(last(own.states));
    }
  });

  test.each(cases)("$base.name in float32 on ONNX Runtime, $problem.name", async ({ base, problem }) => {
    const field = problem.field("float32");
    const [alone, method] = [fixed(base, { steps: 3 }), hyper(untrained(base, problem), { steps: 3 })];
    for (const span of spans) {
      for (const looped of [{}, { onStep: () => {} }]) {
        const shared = { span, controls: controlsOf(problem, "float32"), ...looped };
        const own = await solveField(field, startStates("float32"), { ...shared, method: alone });
        const corrected = await solveField(field, startStates("float32"), { ...shared, method });
        expect(corrected.states.at(-1)?.data).toEqual(own.states.at(-1)?.data);
        expect(corrected.status).toBe("success");
      }
    }
  });

  test("also where rounding would ask f for a depth beyond the span", async () => {
    const field = endingField();
    // Beyond t1 this field is NaN. In float32 s + dt passes t1 here, so the depth of the last stage must be clamped.
    const { span, steps } = overshootingMesh();
    for (const base of bases) {
      const shared = { span, method: fixed(base, { steps }), onStep: () => {} };
      const own = await solveField(field, startStates("float32"), shared);
      const method = hyper(zeroCorrection(base, "float32"), { steps });
      const corrected = await solveField(field, startStates("float32"), { ...shared, method });
      expect([base.name, own.status, corrected.status]).toEqual([base.name, "success", "success"]);
      expect(corrected.states.at(-1)?.data).toEqual(own.states.at(-1)?.data);
    }
  });
});

describe("a perfect correction gives the exact flow", () => {
  test.each(cases)("$base.name, $problem.name", async ({ base, problem }) => {
    const field = problem.field("float64");
    const correction = exactCorrection(base, problem);
    for (const span of spans) {
      const mesh = uniformMesh(span, 4);
      const options = {
        method: hyper(correction, { mesh }),
        controls: controlsOf(problem, "float64"),
        ...reference,
      };
      const { states } = await solveField(field, startStates("float64"), options);
      for (const [k, state] of states.entries()) {
        const exact = exactStates(problem, span[0], mesh[k] ?? Number.NaN);
        expect(relativeDifference(toFloat64(state), exact)).toBeLessThan(FLOAT64_ROUNDING);
      }
    }
  });
});

/** Theorem 1 (Poli et al., 2020): with ‖g − R‖ ≤ δ‖R‖, the local error is O(δ ε^(p+1)). */
describe("a correction of relative error δ", () => {
  const delta = 0.1;
  const flawed = (base: ClosedFormCase["base"], problem: ClosedForm) =>
    exactCorrection(base, problem, { factor: 1 + delta });

  test.each(cases)("divides the local error of $base.name by 1/δ, slope p + 1: $problem.name", async (it) => {
    const { base, problem } = it;
    const field = problem.field("float64");
    const method = hyper(flawed(base, problem), { steps: 1 });
    // Small enough to be asymptotic, large enough that δ C ε^(p+1) stays above rounding.
    const sizes = base.order >= 4 ? [0.1, 0.08, 0.06, 0.05] : [0.04, 0.03, 0.02, 0.01];
    const errors: number[] = [];
    for (const size of sizes) {
      const both: number[] = [];
      for (const end of [size, -size]) {
        const own = await distance(field, problem, { span: [0, end], method: fixed(base, { steps: 1 }) });
        const corrected = await distance(field, problem, { span: [0, end], method });
        // Errors down to 1e-13 are measured with a rounding of some 1e-16.
        expect(Math.abs(corrected / own / delta - 1)).toBeLessThan(1e-2);
        both.push(corrected);
      }
      // In the geometric mean of both directions the next power of ε cancels: the slope is the leading term's.
      errors.push(Math.sqrt((both[0] ?? Number.NaN) * (both[1] ?? Number.NaN)));
    }
    expect(Math.abs(observedOrder(sizes, errors) - (base.order + 1))).toBeLessThan(SLOPE);
  });

  test.each(cases)("keeps the global order of $base.name, $problem.name", async ({ base, problem }) => {
    const field = problem.field("float64");
    const counts = base.order >= 4 ? [16, 20, 24, 32] : [32, 48, 64, 96];
    const errors: number[] = [];
    for (const steps of counts)
      errors.push(
        await distance(field, problem, { span: [0, 1], method: hyper(flawed(base, problem), { steps }) }),
      );
    const sizes = counts.map((steps) => 1 / steps);
    expect(Math.abs(observedOrder(sizes, errors) - base.order)).toBeLessThan(SLOPE);
  });
});

type ClosedFormCase = (typeof cases)[number];

/** Euclidean distance of the end to the exact flow. */
async function distance(
  field: Field,
  problem: ClosedForm,
  options: { span: Span } & Partial<Parameters<typeof solveField>[2]>,
): Promise<number> {
  const controls = controlsOf(problem, "float64");
  const { states } = await solveField(field, startStates("float64"), { ...options, controls, ...reference });
  const exact = exactStates(problem, ...options.span);
  return Math.hypot(...last(states).map((value, i) => value - (exact[i] ?? Number.NaN)));
}

/** The network as it is before training, with everything among its inputs. */
function untrained(
  base: ClosedFormCase["base"],
  { controlled }: ClosedForm,
): ReturnType<typeof mlpCorrection> {
  const column = (width: number) => ({
    mean: new Float64Array(width).fill(0.1),
    deviation: new Float64Array(width).fill(2),
  });
  const stages = withoutErrorControl(base).b.map((_, i) => [`k${i}`, column(2)]);
  const statistics = Object.fromEntries([
    ...[["z", column(2)], ...stages, ["epsilon", column(1)], ["s", column(1)], ["z0", column(2)]],
    ...(controlled ? [["x x", column(1)]] : []),
  ]);
  const inputs = ["z", "stages", "epsilon", "s", "z0", ...(controlled ? (["x"] as const) : [])] as const;
  const scale = Float64Array.of(3, 0.5);
  return mlpCorrection({ base, inputs, hidden: [8], activation: "silu", statistics, scale }, new Random(1));
}

/** dz/ds = √(t1 − s): NaN beyond t1. */
function endingField(): Field {
  const { span } = overshootingMesh();
  const specs = { s: { shape: [] }, z: { shape: ["batch", 2] } } as const;
  const graph = trace(specs, ({ s, z }) => ({ dz: broadcast(sqrt(sub(constant(span[1]), s)), z) }));
  return makeField(graph, { state: "z", depth: "s", controls: [], output: "dz" }, {});
}

const broadcast = (value: Node, z: Node): Node => sub(perSample(value, z), sub(z, z));

/** In float32 the last step of this mesh ends beyond the span: 0.4 + (0.7 − 0.4) > 0.7. */
function overshootingMesh(): { readonly span: Span; readonly steps: number } {
  const [s, end] = [0.1 + 0.6 / 2, 0.7];
  expect(Math.fround(Math.fround(s) + Math.fround(end - s))).toBeGreaterThan(Math.fround(end));
  return { span: [0.1, 0.7], steps: 2 };
}
