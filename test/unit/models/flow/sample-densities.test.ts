import { describe, expect, test } from "vitest";
import { add, mul } from "../../../../src/graph/index.js";
import { hyper } from "../../../../src/hypersolver/index.js";
import { compileFlowDensity, compileFlowSampler, logisticBase } from "../../../../src/models/index.js";
import {
  defineField,
  type FixedMethod,
  fixed,
  heun,
  midpoint,
  reversible,
} from "../../../../src/ode/index.js";
import { fromNumbers, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { handMade, node } from "../../../helpers/corrections.js";
import { flowOver, jacobianOf, logDeterminant, normals, nudged, wideField } from "../../../helpers/flows.js";
import { FINITE_DIFFERENCE } from "../../../helpers/tolerances.js";

const d = 3;
const STEP = 1e-5;
const standardization = { shift: [1, -2, 0.5], scale: [2, 0.3, 1] };
const flow = flowOver(wideField(d, { seed: 3 }), { base: logisticBase, standardization });
const curious = handMade(
  midpoint,
  ["z"],
  (nodes) => mul(add(node(nodes.z), mul(node(nodes.z), node(nodes.z))), 0.3),
  { columns: d },
);
const methods: readonly FixedMethod[] = [
  fixed(heun, { steps: 2 }),
  fixed(midpoint, { mesh: [0, 0.3, 1] }),
  reversible(fixed(heun, { steps: 2 })),
  hyper(curious, { steps: 1 }),
];

/** log p of the logistic base, written out. */
const logistic = (z: readonly number[]): number =>
  z.reduce((sum, x) => sum - x - 2 * Math.log1p(Math.exp(-x)), 0);

describe("log-densities of samples", () => {
  test.each(methods)("are those of the map that the method is: $text", async (method) => {
    const sampler = await compileFlowSampler(flow, { method, logDensity: true });
    const z = [0.4, -0.9, 0.2];
    const { logDensity } = await sampler.push(fromNumbers(z, [1, d], "float64"));
    const { x } = await sampler.push(nudged(z, STEP));
    const volume = logDeterminant(jacobianOf(toFloat64(x), d, STEP));
    expect(Math.abs((logDensity?.values[0] ?? Number.NaN) - (logistic(z) - volume))).toBeLessThan(
      FINITE_DIFFERENCE,
    );
    expect(logDensity?.folded).toBe(0);
  });

  test("change nothing about the samples", async () => {
    const z = normals(5, d, 6);
    for (const method of ["heun:3", "dopri5@1e-6"]) {
      const plain = await (await compileFlowSampler(flow, { method })).push(z);
      const dense = await (await compileFlowSampler(flow, { method, logDensity: true })).push(z);
      expect(plain.logDensity).toBeUndefined();
      // Under step control the log-density has a say in the steps.
      const rounding = method === "heun:3" ? 1e-14 : 1e-5;
      expect(relativeDifference(toFloat64(dense.x), toFloat64(plain.x))).toBeLessThan(rounding);
      if (method === "heun:3") expect(dense.statistics.nfe).toBe(plain.statistics.nfe);
    }
  });

  test("are the flow's own where the steps are fine, as those integrated along", async () => {
    const z = normals(5, d, 7);
    const density = await compileFlowDensity(flow, { method: "dopri5@1e-10" });
    for (const [method, tolerance] of [
      ["rk4:40", 1e-6],
      ["dopri5@1e-9", 1e-7],
    ] as const) {
      const sampler = await compileFlowSampler(flow, { method, logDensity: true });
      const { x, logDensity } = await sampler.push(z);
      const { values } = await density.run(x);
      expect(relativeDifference(logDensity?.values ?? [], values)).toBeLessThan(tolerance);
    }
  });

  test("can be stopped", async () => {
    const stop = AbortSignal.abort();
    const sampler = await compileFlowSampler(flow, { method: "heun:3", logDensity: true, signal: stop });
    await expect(sampler.push(normals(5, d, 6))).rejects.toThrow(/was interrupted/);
  });

  test("say where space was folded", async () => {
    const field = defineField(["batch", 1], (_, z) => mul(z, -3));
    const sampler = await compileFlowSampler(flowOver(field), { method: "euler:1", logDensity: true });
    const { logDensity } = await sampler.push(fromNumbers([0.5, -1], [2, 1], "float32"));
    // One Euler step is z -> −2 z.
    expect(logDensity?.folded).toBe(2);
    const expected = [0.5, 1].map((x) => -0.5 * x * x - 0.5 * Math.log(2 * Math.PI) - Math.log(2));
    expect(relativeDifference(logDensity?.values ?? [], expected)).toBeLessThan(1e-6);
  });
});
