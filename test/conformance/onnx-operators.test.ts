import { describe, expect, test } from "vitest";
import {
  bind,
  encodeOnnx,
  evaluateGraph,
  importableOperators,
  importOnnx,
  trace,
} from "../../src/graph/index.js";
import { applyOperator, type OpName, operators } from "../../src/graph/internal.js";
import { programOf } from "../../src/runtime/internal.js";
import { Random, type Tensor } from "../../src/tensor/index.js";
import { expectClose } from "../helpers/compare.js";
import { SAME_NUMERICS } from "../helpers/tolerances.js";
import { elementwiseCases, linearCases } from "../unit/graph/onnx-cases.js";
import { decomposedCases } from "../unit/graph/onnx-decomposed-cases.js";
import { type NodeSpec, onnxModel } from "../unit/graph/onnx-model.js";
import { movementCases } from "../unit/graph/onnx-movement-cases.js";
import { placementCases } from "../unit/graph/onnx-placement-cases.js";
import { quantizedCases } from "../unit/graph/onnx-quantized-cases.js";
import { volumeCases } from "../unit/graph/onnx-volume-cases.js";
import { windowCases } from "../unit/graph/onnx-window-cases.js";

/** ONNX Runtime's float32 kernels, some of them approximations, against float64. */
const FLOAT32_KERNEL = 5e-6;

describe("export, then import", () => {
  const names = Object.keys(operators) as OpName[];
  const cases = names.flatMap((op) =>
    operators[op].examples(new Random(7)).map((example, i) => ({ title: `${op} #${i}`, op, ...example })),
  );

  test.each(cases)("$title", ({ op, inputs, attributes }) => {
    const specs = Object.fromEntries(inputs.map(({ shape, dtype }, i) => [`x${i}`, { shape, dtype }]));
    const feeds = Object.fromEntries(inputs.map((value, i) => [`x${i}`, value]));
    const graph = trace(specs, (nodes) => ({
      y: applyOperator(op, Object.values(nodes), attributes as never),
    }));
    const again = importOnnx(encodeOnnx(graph), op);
    const closed = bind(again.graph, again.parameters);
    expectClose(
      evaluateGraph(closed, feeds).y as Tensor,
      evaluateGraph(graph, feeds).y as Tensor,
      SAME_NUMERICS,
    );
  });
});

const cases = [
  ...elementwiseCases,
  ...linearCases,
  ...movementCases,
  ...placementCases,
  ...windowCases,
  ...volumeCases,
  ...decomposedCases,
  ...quantizedCases,
];

describe("an ONNX operator, imported, equals ONNX Runtime", () => {
  const titled = cases.map((item, i) => ({ title: `${item.op} #${i}`, ...item }));

  test.each(titled)("$title", async ({ op, feeds, stored = {}, attributes = {}, before = [], ...rest }) => {
    const outputs = Array.from({ length: rest.outputs ?? 1 }, (_, i) => (i === 0 ? "y" : `y${i}`));
    const node: NodeSpec = {
      op,
      inputs: rest.inputs ?? [...Object.keys(feeds), ...Object.keys(stored)],
      outputs,
      attributes,
      domain: rest.domain ?? "",
    };
    const bytes = onnxModel({
      inputs: Object.fromEntries(
        Object.entries(feeds).map(([name, { shape, dtype }]) => [
          name,
          { dtype, shape: shape[0] === 5 ? ["n", ...shape.slice(1)] : shape },
        ]),
      ),
      initializers: stored,
      rawInitializers: rest.raw ?? [],
      nodes: [...before, node],
      outputs: Object.fromEntries(outputs.map((name) => [name, "float32"])),
      opset: rest.opset ?? 17,
    });
    const { graph, parameters } = importOnnx(bytes, `${op}.onnx`);
    const closed = bind(graph, parameters);
    const program = await programOf(closed, bytes, { oneShot: true });
    const expected = await program.run(feeds);
    await program.dispose();
    const actual = evaluateGraph(closed, feeds);
    for (const name of outputs) expectClose(actual[name] as Tensor, expected[name] as Tensor, FLOAT32_KERNEL);
  });

  test("covers every operator in the table", () => {
    const covered = new Set(cases.flatMap(({ op, before = [] }) => [op, ...before.map((node) => node.op)]));
    expect(importableOperators.filter((op) => !covered.has(op))).toEqual(["If", "Loop", "Swish"]);
  });
});
