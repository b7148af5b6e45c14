import { describe, expect, test } from "vitest";
import {
  bind,
  encodeOnnx,
  evaluateGraph,
  gradient,
  importOnnx,
  inline,
  mul,
  type Node,
  reduceSum,
  trace,
  withFloat,
} from "../../src/graph/index.js";
import { isRowWise } from "../../src/graph/internal.js";
import { programOf } from "../../src/runtime/internal.js";
import { draw, fromNumbers, Random, rows, sizeOf, type Tensor, toFloat64 } from "../../src/tensor/index.js";
import { expectClose } from "../helpers/compare.js";
import { FINITE_DIFFERENCE, SAME_NUMERICS } from "../helpers/tolerances.js";
import { onnxModel } from "../unit/graph/onnx-model.js";
import { ownRowsCases } from "../unit/graph/own-rows-cases.js";
import { severalRowsCases } from "../unit/graph/several-rows-cases.js";

/** ONNX Runtime rounds differently from run to run where kernels begin at other addresses, and guidance multiplies that. */
const FLOAT32_MODEL = 3e-5;

/** Fields whose files have axes of several rows a sample, such as [batch·heads, …]. */
describe.each(Object.entries({ ...severalRowsCases, ...ownRowsCases }))("%s", (_title, { state, spec }) => {
  const bytes = onnxModel(spec);
  const model = importOnnx(bytes, "field.onnx");
  const closed = bind(model.graph, model.parameters);
  const [name = ""] = Object.keys(model.inputs);
  const random = new Random(11);
  const states = (count: number, dtype: "float32" | "float64" = "float32"): Tensor =>
    fromNumbers(
      draw(count * sizeOf(state), () => random.normal()),
      [count, ...state],
      dtype,
    );

  test.each([1, 2, 5])("equals ONNX Runtime on the file itself, a batch of %d", async (count) => {
    const z = states(count);
    const program = await programOf(closed, bytes, { oneShot: true });
    const expected = (await program.run({ [name]: z })).y as Tensor;
    await program.dispose();
    expectClose(evaluateGraph(closed, { [name]: z }).y as Tensor, expected, FLOAT32_MODEL);
    const ours = await programOf(closed, encodeOnnx(closed), { oneShot: true });
    expectClose((await ours.run({ [name]: z })).y as Tensor, expected, FLOAT32_MODEL);
    await ours.dispose();
  });

  test("keeps samples apart, and the graph knows it", () => {
    const z = states(3);
    const whole = evaluateGraph(closed, { [name]: z }).y as Tensor;
    const alone = evaluateGraph(closed, { [name]: rows(z, 1, 2) }).y as Tensor;
    expectClose(rows(whole, 1, 2), alone, SAME_NUMERICS);
    expect(isRowWise(Object.values(closed.outputs))).toBe(true);
  });

  test.each([name, ...Object.keys(model.parameters).slice(0, 1)])(
    "the gradient of %s equals differences",
    (of) => {
      const graph = withFloat(model.graph, "float64");
      const z = states(3, "float64");
      const feeds: Record<string, Tensor> = { [name]: z };
      for (const [weight, value] of Object.entries(model.parameters))
        feeds[weight] = fromNumbers([...toFloat64(value)], value.shape, "float64");
      const point = feeds[of] as Tensor;
      const direction = draw(point.data.length, () => random.normal());
      const loss = trace(graph.inputs, (inputs) => {
        const dz = inline(graph, inputs).y as Node;
        const value = reduceSum(mul(dz, dz));
        const [slope] = gradient(value, [inputs[of] as Node]);
        return { value, slope: slope as Node };
      });
      const at = (step: number) => {
        const moved = [...toFloat64(point)].map((x, i) => x + step * (direction[i] ?? 0));
        return evaluateGraph(loss, { ...feeds, [of]: fromNumbers(moved, point.shape, "float64") });
      };
      const difference = (Number(at(1e-5).value?.data[0]) - Number(at(-1e-5).value?.data[0])) / 2e-5;
      const slope = toFloat64(at(0).slope as Tensor).reduce((sum, x, i) => sum + x * (direction[i] ?? 0), 0);
      expect(Math.abs(slope - difference)).toBeLessThan(
        10 * FINITE_DIFFERENCE * Math.max(1, Math.abs(slope)),
      );
    },
  );
});
