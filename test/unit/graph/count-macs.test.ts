import { expect, test } from "vitest";
import { constant, countMacs, matmul, type Node, trace, transpose } from "../../../src/graph/index.js";
import { defineField, fieldMacs } from "../../../src/ode/index.js";
import { fromNumbers } from "../../../src/tensor/index.js";

const A = fromNumbers([1, 2, 3, 4, 5, 6], [2, 3]);

test("counts what rows cost, not what constants make among themselves", () => {
  const graph = trace({ x: { shape: ["batch", 3] } }, ({ x }) => {
    const a = constant(A);
    return { y: matmul(x, matmul(transpose(a), a)) };
  });
  expect(countMacs(graph, 1)).toBe(9);
  expect(countMacs(graph, 5)).toBe(45);
});

test("parameters are constants where they are said to be", () => {
  const specs = { x: { shape: ["batch", 3] }, a: { shape: [2, 3] } } as const;
  const graph = trace(specs, ({ x, a }) => ({ y: matmul(x, matmul(transpose(a), a)) }));
  expect(countMacs(graph, 1)).toBe(9 + 18);
  expect(countMacs(graph, 1, ["a"])).toBe(9);
});

test("a field's parameters are constants of every evaluation", () => {
  const field = defineField(
    ["batch", 3],
    (_, z, { a }) => matmul(z, matmul(transpose(a as Node), a as Node)),
    { parameters: { a: A } },
  );
  expect(fieldMacs(field)).toBe(9);
});
