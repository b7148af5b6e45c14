import { expect, test } from "vitest";
import { evaluateGraph, trace } from "../../../src/graph/index.js";
import { clipNorm } from "../../../src/optim/clip.js";
import { fromNumbers, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";
import { SAME_NUMERICS } from "../../helpers/tolerances.js";

test("clipNorm scales by maxNorm/(norm + 1e-6) above the limit and leaves the rest alone", () => {
  const graph = trace({ g: { shape: [2], dtype: "float64" } }, ({ g }) => ({ y: clipNorm(g, 1) }));
  const clipped = (values: readonly number[]): number[] => [
    ...toFloat64(evaluateGraph(graph, { g: fromNumbers(values, [2], "float64") }).y as Tensor),
  ];
  expect(relativeDifference(clipped([3, 4]), [3 / (5 + 1e-6), 4 / (5 + 1e-6)])).toBeLessThan(SAME_NUMERICS);
  expect(clipped([0.3, 0.4])).toEqual([0.3, 0.4]);
  expect(clipped([0, 0])).toEqual([0, 0]);
});
