import { expect, test } from "vitest";
import { constant, div, trace } from "../../../src/graph/index.js";
import { compile } from "../../../src/runtime/index.js";
import { fromNumbers, toFloat64 } from "../../../src/tensor/index.js";

test("constants 0 and −0 stay two constants in the model", async () => {
  const zero = (value: number) => constant(fromNumbers([value], [1]));
  const graph = trace({ x: { shape: [1] } }, ({ x }) => ({
    below: div(x, zero(-0)),
    above: div(x, zero(0)),
  }));
  const program = await compile(graph, { oneShot: true });
  const { below, above } = await program.run({ x: fromNumbers([1], [1]) });
  expect([below, above].map((value) => value && toFloat64(value)[0])).toEqual([-Infinity, Infinity]);
  await program.dispose();
});
