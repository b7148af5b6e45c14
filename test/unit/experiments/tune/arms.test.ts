import { expect, test } from "vitest";
import { armsFor } from "../../../../src/experiments/tune/arms.js";
import { constant, matmul } from "../../../../src/graph/index.js";
import { normalStates } from "../../../../src/hypersolver/index.js";
import { defineField } from "../../../../src/ode/index.js";
import { fromNumbers } from "../../../../src/tensor/index.js";

/** What is tried of networks on coefficients for a linear field. */
function jointArms(components: number): string[] {
  const matrix = constant(fromNumbers(new Float32Array(components ** 2), [components, components]));
  const field = defineField(["batch", components], (_, z) => matmul(z, matrix));
  const site = {
    field,
    span: [0, 1],
    states: normalStates([components]),
    memory: new Map(),
    seed: 0,
  } as const;
  const names = armsFor(site).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  return names.filter((name) => name.startsWith("both"));
}

test("networks that cost less than an evaluation are tried where components are many and f is cheap", () => {
  const few = jointArms(4);
  const many = jointArms(24);
  expect(many).toEqual(expect.arrayContaining(few));
  expect(many.length).toBeGreaterThan(few.length);
  expect(many.filter((name) => name.includes("at the end")).length).toBeGreaterThan(0);
});
