import { describe, expect, test } from "vitest";
import {
  bind,
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
import { cast, draw, fromNumbers, isFloat, Random, type Tensor, toFloat64 } from "../../src/tensor/index.js";
import { FINITE_DIFFERENCE } from "../helpers/tolerances.js";
import { decomposedCases } from "../unit/graph/onnx-decomposed-cases.js";
import { onnxModel } from "../unit/graph/onnx-model.js";

/** Steps have no derivative to compare with. */
const steps = new Set(["Floor", "Ceil", "Round", "Cast"]);
const smooth = decomposedCases.filter(({ op, feeds }) => !steps.has(op) && isFloat(feeds.z?.dtype ?? "bool"));

describe("the derivative of an operator that becomes several equals central differences", () => {
  const titled = smooth.map((item, i) => ({ title: `${item.op} #${i}`, ...item }));

  test.each(titled)(
    "$title",
    ({ op, feeds, stored = {}, attributes = {}, before = [], inputs, opset = 17 }) => {
      const bytes = onnxModel({
        inputs: Object.fromEntries(
          Object.entries(feeds).map(([name, { shape, dtype }]) => [
            name,
            { dtype, shape: ["n", ...shape.slice(1)] },
          ]),
        ),
        initializers: stored,
        nodes: [
          ...before,
          { op, inputs: inputs ?? [...Object.keys(feeds), ...Object.keys(stored)], attributes },
        ],
        opset,
      });
      const model = importOnnx(bytes, op);
      const graph = withFloat(bind(model.graph, model.parameters), "float64");
      const random = new Random(7);
      const loss = trace(graph.inputs, (nodes) => {
        const y = inline(graph, nodes).y as Node;
        const value = reduceSum(mul(y, y));
        return { value, slope: gradient(value, [nodes.z as Node])[0] as Node };
      });
      const point = Object.fromEntries(
        Object.entries(feeds).map(([name, value]) => [name, cast(value, "float64")]),
      );
      const z = toFloat64(point.z as Tensor);
      const direction = draw(z.length, () => random.normal());
      const at = (step: number) => {
        const moved = [...z].map((x, i) => x + step * (direction[i] ?? 0));
        return evaluateGraph(loss, { ...point, z: fromNumbers(moved, (point.z as Tensor).shape, "float64") });
      };
      const difference = (Number(at(1e-6).value?.data[0]) - Number(at(-1e-6).value?.data[0])) / 2e-6;
      const slope = toFloat64(at(0).slope as Tensor).reduce((sum, x, i) => sum + x * (direction[i] ?? 0), 0);
      const size = Math.max(1, Math.abs(slope));
      expect(Math.abs(slope - difference) / size).toBeLessThan(10 * FINITE_DIFFERENCE);
    },
  );
});
