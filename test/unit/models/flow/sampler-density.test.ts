import { describe, expect, test } from "vitest";
import { add, mul } from "../../../../src/graph/index.js";
import { hyper } from "../../../../src/hypersolver/index.js";
import { compileFlowSampler, compileSamplerDensity, logisticBase } from "../../../../src/models/index.js";
import { defineField, fieldAs, fixed, heun, midpoint, reversible } from "../../../../src/ode/index.js";
import { fromNumbers, toFloat64 } from "../../../../src/tensor/index.js";
import { handMade, node } from "../../../helpers/corrections.js";
import { flowOver, normals, wideField } from "../../../helpers/flows.js";

const d = 3;
const standardization = { shift: [1, -2, 0.5], scale: [2, 0.3, 1] };
const flow = flowOver(wideField(d, { seed: 3 }), { base: logisticBase, standardization });
const curious = handMade(midpoint, ["z"], (nodes) => mul(add(node(nodes.z), 0.1), 0.05), { columns: d });

describe("log-densities of given points under a sampler", () => {
  test.each([
    reversible(fixed(heun, { steps: 3 })),
    reversible(hyper(curious, { steps: 2 }), { coupling: 0.9 }),
    fixed(midpoint, { mesh: [0, 0.3, 1] }),
    hyper(curious, { steps: 1 }),
  ])("are those that $text tells of its own samples, to rounding", async (method) => {
    const sampler = await compileFlowSampler(flow, { method, logDensity: true });
    const z = normals(20, d, 6);
    const { x, logDensity } = await sampler.push(z);
    const density = await compileSamplerDensity(flow, { method });
    const found = await density.run(x);
    expect(found.unreached).toBe(0);
    for (const [i, value] of found.values.entries())
      expect(Math.abs(value - (logDensity?.values[i] ?? Number.NaN))).toBeLessThan(1e-10);
    const draws = toFloat64(z);
    for (const [i, value] of toFloat64(found.z).entries())
      expect(Math.abs(value - (draws[i] ?? Number.NaN))).toBeLessThan(1e-10);
    await density.dispose();
    await sampler.dispose();
  });

  test("say of points that no draw leads to how far the nearest is", async () => {
    // z' = −z²; a step of Euler ends at z − z², at most 1/4.
    const bounded = fieldAs(
      defineField(["batch", 1], (_s, z) => mul(mul(z, z), -1)),
      "float64",
    );
    const sampler = flowOver(bounded, { base: logisticBase });
    const density = await compileSamplerDensity(sampler, { method: "euler:1" });
    const found = await density.run(fromNumbers([0.2, 0.5], [2, 1], "float64"));
    expect(found.unreached).toBe(1);
    expect(found.farthest).toBeGreaterThan(0.1);
    expect(found.values.every(Number.isFinite)).toBe(true);
    await density.dispose();
  });

  test("are refused under step control", async () => {
    await expect(compileSamplerDensity(flow, { method: "dopri5@1e-3" })).rejects.toThrow(/fixed steps/);
  });
});
