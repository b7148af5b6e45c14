import { expect, test } from "vitest";
import { evaluateGraph, gradient, norm, reduceSum, trace } from "../../../src/graph/index.js";
import { fromNumbers } from "../../../src/tensor/index.js";

test("the derivative of a distance between equal points is 0", () => {
  const graph = trace({ x: { shape: [2, 2] } }, ({ x }) => {
    const [g] = gradient(reduceSum(norm(x as never, 1)), [x as never]);
    return { g: g as never };
  });
  const { g } = evaluateGraph(graph, { x: fromNumbers([0, 0, 3, 4], [2, 2]) });
  expect([...(g?.data ?? [])].map((value) => Number(value).toFixed(6))).toEqual([
    "0.000000",
    "0.000000",
    "0.600000",
    "0.800000",
  ]);
});
