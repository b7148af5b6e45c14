import { describe, expect, test } from "vitest";
import {
  bind,
  broadcastLike,
  cast,
  concat,
  constant,
  encodeOnnx,
  evaluateGraph,
  expand,
  extent,
  gather,
  gemm,
  gradient,
  importOnnx,
  layerNorm,
  matmul,
  mean,
  mul,
  type Node,
  pad,
  reduceMax,
  reduceSum,
  reshape,
  slice,
  softmax,
  square,
  tanh,
  trace,
  transpose,
} from "../../src/graph/index.js";
import { zerosLike } from "../../src/graph/internal.js";
import { compile } from "../../src/runtime/index.js";
import { programOf } from "../../src/runtime/internal.js";
import { fromNumbers, type Tensor } from "../../src/tensor/index.js";
import { expectClose } from "../helpers/compare.js";

const FLOAT32_MODEL = 1e-5;

const weights = constant(fromNumbers([1, 2, 3], [3]));
const column = constant(fromNumbers([1, 2, 3], [3, 1]));
const outer = (x: Node): Node => matmul(reshape(x, ["batch", 3, 1]), reshape(x, ["batch", 1, 3]));
const slope = (f: (x: Node) => Node) => (x: Node) => gradient(reduceSum(f(x)), [x])[0] as Node;

/** Functions of x [batch, 3] that put the batch into every place an operator can have it. */
const functions: Readonly<Record<string, (x: Node) => Node>> = {
  "expand a column to the transposed batch": (x) => broadcastLike(column, transpose(x)),
  "zeros of a transposed batch": (x) => zerosLike(transpose(x)),
  "gradient through a sum over the last, dynamic axis": slope((x) =>
    mul(reduceSum(transpose(x), 1), weights),
  ),
  "expand a scalar to a new rank": (x) => expand(constant(2), ["batch", 3, 4], x),
  "expand an inner axis": (x) => expand(reshape(x, ["batch", 1, 3]), ["batch", 4, 3]),
  "reshape to [3, batch]": (x) => reshape(x, [3, "batch"]),
  "reshape to [1, batch, 3]": (x) => reshape(x, [1, "batch", 3]),
  "product over the batch": (x) => gemm(x, x, undefined, { transposeA: true }),
  "Gram matrix": (x) => gemm(x, x, undefined, { transposeB: true }),
  "gradient of the Gram matrix": slope((x) => gemm(x, x, undefined, { transposeB: true })),
  "batched outer product": outer,
  "gradient of the batched outer product": slope((x) => tanh(outer(x))),
  "sum of everything": (x) => reduceSum(x),
  "mean of everything": (x) => mean(x),
  "maximum of rows": (x) => reduceMax(x, 1),
  "gradient of softmax": slope((x) => mul(softmax(x), x)),
  "gradient of layer normalization": slope((x) => square(mul(layerNorm(x, [1]), x))),
  "normalization over the batch": (x) => layerNorm(x, [0]),
  "extent as a float": (x) => mul(x, extent(x, 0)),
  "extent as an integer": (x) => cast(extent(x, 0, "int64"), "float32"),
  "parts of rows": (x) => concat([gather(x, 1, [2, 0]), slice(x, 1, 1, 2), pad(x, 1, 1, 2)], 1),
};

describe.each(Object.entries(functions))("%s", (name, body) => {
  const graph = trace({ x: { shape: ["batch", 3] } }, ({ x }) => ({ y: body(x) }));

  test.each([0, 1, 5])("has the same value everywhere for a batch of %d", async (size) => {
    const x = fromNumbers(
      Array.from({ length: 3 * size }, (_, i) => Math.sin(1.7 * i)),
      [size, 3],
    );
    const expected = evaluateGraph(graph, { x }).y as Tensor;
    for (const target of ["standard", "onnxruntime"] as const) {
      const bytes = encodeOnnx(graph, { target });
      const program = await programOf(graph, bytes);
      expectClose((await program.run({ x })).y as Tensor, expected, FLOAT32_MODEL);
      await program.dispose();
      const { graph: again, parameters } = importOnnx(bytes, name);
      expectClose(evaluateGraph(bind(again, parameters), { x }).y as Tensor, expected, FLOAT32_MODEL);
    }
    const program = await compile(graph);
    const { shape } = (await program.run({ x })).y as Tensor;
    expect(shape).toEqual(expected.shape);
    await program.dispose();
  });
});
