import { expect, test } from "vitest";
import { add, type Node } from "../../../src/graph/index.js";
import { inputNode } from "../../../src/graph/node.js";
import { rowNumbersOf, valuesForRows } from "../../../src/graph/onnx/import/row-numbers.js";

const input = inputNode("z", { dtype: "float32", shape: ["batch", 2] });
/** A sum along as many paths as there are subsets of its terms. */
const doubled = (node: Node): Node => Array.from({ length: 60 }).reduce<Node>((sum) => add(sum, sum), node);

test("what follows from row numbers is known, along however many paths", () => {
  const { shape, data } = valuesForRows(doubled(rowNumbersOf(input)), 3) ?? {};
  expect(shape).toEqual([3]);
  expect([...(data ?? [])]).toEqual([0, 2 ** 60, 2 ** 61]);
});

test("what depends on data is not, and every node is asked once", () => {
  expect(valuesForRows(doubled(input), 3)).toBeUndefined();
});
