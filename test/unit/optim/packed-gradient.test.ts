import { expect, test } from "vitest";
import { add, evaluateGraph, mul, type Node, reduceSum, square, trace } from "../../../src/graph/index.js";
import { compileTraining, sgd } from "../../../src/optim/index.js";
import { fromNumbers, item, type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import { relativeDifference } from "../../helpers/compare.js";
import { FINITE_DIFFERENCE } from "../../helpers/tolerances.js";
import { at } from "./regression.js";

test("one packed step of plain descent is the gradient: it equals central differences for every parameter", async () => {
  const values = {
    a: fromNumbers([0.3, -0.7, 1.1, 0.2], [2, 2], "float64"),
    b: fromNumbers([0.4, 0.9], [2], "float64"),
  };
  type Values = Record<keyof typeof values, Tensor>;
  const lossOf = ({ a, b }: Readonly<Record<string, Node>>): Node =>
    reduceSum(square(add(mul(square(a as Node), b as Node), b as Node)));
  const float64 = { a: { shape: [2, 2], dtype: "float64" }, b: { shape: [2], dtype: "float64" } } as const;
  const plain = trace(float64, (nodes) => ({ loss: lossOf(nodes) }));
  const lossAt = (at: Values): number => item(evaluateGraph(plain, at).loss as Tensor);
  const training = await compileTraining(
    {
      parameters: values,
      batch: {},
      loss: lossOf,
      optimizer: sgd(),
    },
    { device: "reference" },
  );
  expect((await training.step({}, 1)).loss).toBe(lossAt(values));
  const moved = training.parameters() as Values;
  const step = 1e-5;
  for (const name of ["a", "b"] as const) {
    const { shape } = values[name];
    const before = toFloat64(values[name]);
    const slopes = before.map((value, i) => {
      const shifted = (by: number): Values => ({
        ...values,
        [name]: fromNumbers(before.with(i, value + by), shape, "float64"),
      });
      return (lossAt(shifted(step)) - lossAt(shifted(-step))) / (2 * step);
    });
    const taken = before.map((value, i) => value - at(moved[name], i));
    expect(relativeDifference(taken, slopes)).toBeLessThan(FINITE_DIFFERENCE);
  }
});
