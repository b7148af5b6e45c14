import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  bind,
  evaluateGraph,
  type Graph,
  gradient,
  importOnnx,
  mul,
  type Node,
  reduceSum,
  withFloat,
} from "../../src/graph/index.js";
import { isRowWise, makeGraph } from "../../src/graph/internal.js";
import { type Field, fieldOfModel } from "../../src/ode/index.js";
import { compile } from "../../src/runtime/index.js";
import { cast, type DType, fromNumbers, isFloat, type Tensor, toFloat64 } from "../../src/tensor/index.js";
import { expectClose } from "../helpers/compare.js";

/** Two float32 computations of one network. */
const FLOAT32_ORACLE = 1e-5;
/** Differences over ±1e-5, of functions with kinks far from the points. */
const DIFFERENCES = 1e-3;

interface Stored {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
type Values = Readonly<Record<"inputs" | "outputs", Readonly<Record<string, Stored>>>>;

const folder = new URL("../fixtures/exported/", import.meta.url);
const stored = JSON.parse(readFileSync(new URL("values.json", folder), "utf8")) as Record<string, Values>;
/** All but what shows one of them in two files. */
const files = readdirSync(folder).filter((name) => /(?<!_split)\.onnx$/.test(name));

/** Fields that are constant between jumps. */
const inSteps = new Set(["argmax.ts"]);

const tensorOf = ({ dtype, shape, data }: Stored): Tensor => fromNumbers(data, shape, dtype);

/** The sum of squares of dz, as loss of a state. */
function lossOf({ graph, roles }: Field): Node {
  const dz = graph.outputs[roles.output] as Node;
  return reduceSum(mul(dz, dz));
}

/** ∂loss/∂z by one direction, against central differences in float64. */
function expectGradient(field: Field, feeds: Readonly<Record<string, Tensor>>): void {
  const { roles } = field;
  const z = field.graph.inputs[roles.state] as Node;
  const loss = lossOf(field);
  const [g] = gradient(loss, [z]);
  const closed = withFloat(
    bind(makeGraph(field.graph.inputs, { loss, g: g as Node }), field.parameters),
    "float64",
  );
  const wide = Object.fromEntries(
    Object.entries(feeds).map(([name, value]) => [
      name,
      isFloat(value.dtype) ? cast(value, "float64") : value,
    ]),
  );
  const start = toFloat64(feeds[roles.state] as Tensor);
  const direction = start.map((_, i) => Math.sin(1 + 3 * i));
  const at = (step: number): Record<string, Tensor> =>
    evaluateGraph(closed, {
      ...wide,
      [roles.state]: fromNumbers(
        start.map((value, i) => value + step * (direction[i] ?? 0)),
        (feeds[roles.state] as Tensor).shape,
        "float64",
      ),
    });
  const h = 1e-5;
  const numbers = (step: number): number => Number((at(step).loss as Tensor).data[0]);
  const slope = (numbers(h) - numbers(-h)) / (2 * h);
  const own = toFloat64(at(0).g as Tensor).reduce((sum, value, i) => sum + value * (direction[i] ?? 0), 0);
  expect(Math.abs(own - slope)).toBeLessThan(DIFFERENCES * Math.max(1, Math.abs(slope)));
}

/** What the field's program is fed with: states of several tensors side by side. */
function feedsOf(field: Field, values: Values["inputs"]): Record<string, Tensor> {
  const parts = field.roles.state.split("+").map((name) => tensorOf(values[name] as Stored));
  const [count = 0] = parts[0]?.shape ?? [];
  const rows = Array.from({ length: count }, (_, row) =>
    parts.flatMap((part) => {
      const width = part.data.length / count;
      return [...toFloat64(part)].slice(row * width, (row + 1) * width);
    }),
  );
  const others = Object.keys(field.graph.inputs).filter((name) => name in values);
  const joined = fromNumbers(rows.flat(), [count, rows[0]?.length ?? 0], parts[0]?.dtype ?? "float32");
  return {
    ...Object.fromEntries(
      others.map((name) => {
        const value = tensorOf(values[name] as Stored);
        const dtype = field.graph.inputs[name]?.dtype ?? value.dtype;
        return [
          name,
          value.dtype === dtype ? value : fromNumbers([...value.data].map(Number), value.shape, dtype),
        ];
      }),
    ),
    ...(parts.length > 1 ? { [field.roles.state]: joined } : {}),
  };
}

describe.each(files)("%s", (file) => {
  const model = importOnnx(readFileSync(new URL(file, folder)), file);
  const values = stored[file.replace(".onnx", "")] as Values;
  const closed: Graph = bind(model.graph, model.parameters);

  test("computes what PyTorch does", async () => {
    const feeds = Object.fromEntries(
      Object.keys(closed.inputs).map((name) => [name, tensorOf(values.inputs[name] as Stored)]),
    );
    const program = await compile(closed, { oneShot: true });
    const outputs = await program.run(feeds);
    await program.dispose();
    for (const [name, expected] of Object.entries(values.outputs))
      expectClose(outputs[name] as Tensor, tensorOf(expected), FLOAT32_ORACLE);
  });

  test("is a field whose samples stay apart, with its gradient", () => {
    const field = fieldOfModel(model);
    expect(isRowWise([field.graph.outputs[field.roles.output] as Node])).toBe(true);
    if (!inSteps.has(file.replace(".onnx", ""))) expectGradient(field, feedsOf(field, values.inputs));
  });
});
