import { describe, expect, test } from "vitest";
import { tanh } from "../../../../src/graph/index.js";
import { recordedAdaptive, recordedFixed } from "../../../../src/ode/gradient/recorded-solve.js";
import { defineField, type SolveOptions } from "../../../../src/ode/index.js";
import { planMesh, requireExplicit, resolveMethod } from "../../../../src/ode/internal.js";
import { requestedTimes } from "../../../../src/ode/problem/grid.js";
import { fromNumbers } from "../../../../src/tensor/index.js";

const rows = 64;
const z0 = fromNumbers(
  Array.from({ length: rows * 2 }, (_, i) => Math.sin(i)),
  [rows, 2],
);
const field = defineField(["batch", 2], (_s, z) => tanh(z));

/** Bytes of all memory that a value holds on to, shared memory once. */
function heldBytes(value: unknown, buffers = new Set<ArrayBufferLike>()): number {
  if (ArrayBuffer.isView(value)) buffers.add(value.buffer);
  else if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) heldBytes(part, buffers);
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

async function recorded(options: SolveOptions) {
  const method = requireExplicit(resolveMethod(options.method));
  const solve =
    method.kind === "fixed"
      ? await recordedFixed(field, method, planMesh(method.grid, options), {})
      : await recordedAdaptive(field, method, requestedTimes(options), {});
  const record = await solve.run(z0, {});
  await solve.dispose();
  return record;
}

describe("between the way there and the way back a solve keeps a state a step, and the last", () => {
  test.each<[string, SolveOptions]>([
    ["Euler, 4 steps", { method: "euler:4", span: [0, 2] }],
    ["RK4, 16 steps", { method: "rk4:16", span: [0, 2] }],
    ["RK4, twice 16 steps", { method: "rk4:16", times: [0, 1, 2] }],
    ["dopri5", { method: "dopri5@1e-3", span: [0, 2] }],
    ["dopri5 in more steps", { method: "dopri5@1e-6", times: [0, 1, 2] }],
  ])("%s", async (_, options) => {
    const record = await recorded(options);
    expect(record.solution.status).toBe("success");
    const { acceptedSteps } = record.solution.statistics;
    expect(record.steps.length).toBe(acceptedSteps);
    expect(heldBytes(record)).toBe((acceptedSteps + 1) * z0.data.byteLength);
  });
});
