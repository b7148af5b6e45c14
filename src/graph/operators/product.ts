import { draw, fail, formatShape, fromNumbers, type Random, type Shape, sizeOf } from "../../tensor/index.js";
import type { ProductAttributes } from "../attributes.js";
import { broadcastShapes, forEachBroadcast } from "../broadcast.js";
import type { Node } from "../node.js";
import type { Emitter, Example, Operator, ReferenceValue } from "../operator.js";
import type { Extent, SymbolicShape } from "../tensor-type.js";
import { commonDType } from "./elementwise.js";
import { multiplies } from "./kinds.js";

/** Rows and columns of the last two axes after an optional transposition. */
function faces<E>(shape: readonly E[], transposed: boolean): { rows: E; columns: E } {
  const [rows, columns] = shape.slice(-2) as [E, E];
  return transposed ? { rows: columns, columns: rows } : { rows, columns };
}

function productShape(
  what: string,
  inputs: readonly Node[],
  attributes: ProductAttributes,
): [Extent, Extent] {
  const [a, b] = inputs as [Node, Node];
  const left = faces(a.shape, attributes.transposeA);
  const right = faces(b.shape, attributes.transposeB);
  const matrices = a.shape.length >= 2 && b.shape.length >= 2;
  if (matrices && left.columns === right.rows) return [left.rows, right.columns];
  throw fail("SHAPE_MISMATCH", {
    what,
    expected: matrices ? `a right operand with ${left.columns} rows` : "matrices",
    received: `${formatShape(a.shape)}${attributes.transposeA ? "ᵀ" : ""} times ${formatShape(b.shape)}${attributes.transposeB ? "ᵀ" : ""}`,
  });
}

/**
 * op(A)·op(B) + C for matrices; C (optional) broadcasts to the result.
 * A bias belongs in C: a Gemm with its bias fuses with the activation behind it.
 */
export const gemm: Operator<ProductAttributes> = {
  ...multiplies,
  type: (inputs, attributes) => {
    const [, , c] = inputs;
    const shape = productShape("gemm", inputs, attributes);
    if (inputs.slice(0, 2).some((operand) => operand.shape.length !== 2)) {
      throw fail("SHAPE_MISMATCH", {
        what: "gemm",
        expected: "two matrices",
        received: inputs.map((x) => formatShape(x.shape)).join(" and "),
      });
    }
    if (c !== undefined) broadcastShapes([shape, c.shape], "gemm bias");
    return { dtype: commonDType("gemm", inputs), shape };
  },
  vjp: ({ inputs, attributes, build }, g) => [
    ...productPullbacks(inputs, attributes, g, build.gemm),
    ...inputs.slice(2).map((c) => () => build.unbroadcast(g, c.shape)),
  ],
  jvp: ({ inputs: [a, b], output, attributes, build }, [ta, tb, tc]) => {
    if (a === undefined || b === undefined) return undefined;
    const terms = [
      ...(ta ? [build.gemm(ta, b, tc, attributes)] : []),
      ...(tb ? [build.gemm(a, tb, ta ? undefined : tc, attributes)] : []),
      ...(tc && !ta && !tb ? [tc] : []),
    ];
    return build.broadcastLike(build.sum(...terms), output);
  },
  encode: (emitter, inputs, _node, { transposeA, transposeB }) =>
    emitter.node("Gemm", inputs, { transA: Number(transposeA), transB: Number(transposeB) }),
  evaluate: (inputs, attributes, shape) => {
    const result = multiply(inputs, attributes, shape);
    const [, , c] = inputs;
    if (c !== undefined)
      forEachBroadcast(c.shape, shape, (to, from) => (result[to] = (result[to] ?? 0) + (c.data[from] ?? 0)));
    return result;
  },
  macs: ([a = []], { transposeA }, output) => sizeOf(output) * faces(a, transposeA).columns,
  examples: (random) =>
    transpositions.flatMap((attributes) =>
      [[], [[5]], [[3, 5]], [[3, 1]]].map((bias) => productExample(random, [3, 4], [4, 5], attributes, bias)),
    ),
};

/** op(A)·op(B) over the last two axes; leading axes broadcast. Matrices alone are multiplied by `gemm`. */
export const matmul: Operator<ProductAttributes> = {
  ...multiplies,
  type: (inputs, attributes) => ({
    dtype: commonDType("matmul", inputs),
    shape: [
      ...broadcastShapes(
        inputs.map(({ shape }) => shape.slice(0, -2)),
        "matmul",
      ),
      ...productShape("matmul", inputs, attributes),
    ],
  }),
  vjp: ({ inputs, attributes, build }, g) =>
    productPullbacks(inputs, attributes, g, (a, b, _c, flags) => build.matmul(a, b, flags)).map(
      (pullback, i) => () => build.unbroadcast(pullback(), inputs[i]?.shape ?? []),
    ),
  jvp: ({ inputs: [a, b], attributes, build }, [ta, tb]) => {
    if (a === undefined || b === undefined) return undefined;
    const terms = [
      ...(ta ? [build.matmul(ta, b, attributes)] : []),
      ...(tb ? [build.matmul(a, tb, attributes)] : []),
    ];
    return build.sum(...terms);
  },
  encode: encodeMatmul,
  evaluate: multiply,
  macs: ([a = []], { transposeA }, output) => sizeOf(output) * faces(a, transposeA).columns,
  examples: (random) =>
    transpositions.flatMap((attributes) => [
      productExample(random, [2, 3, 4], [2, 4, 5], attributes),
      productExample(random, [3, 4], [2, 4, 5], attributes),
      productExample(random, [2, 1, 3, 4], [3, 4, 2], attributes),
    ]),
};

type Product = (a: Node, b: Node, c: Node | undefined, flags: ProductAttributes) => Node;

/** d(AB) = dA·B + A·dB, with transpositions carried as flags instead of nodes. */
function productPullbacks(
  inputs: readonly Node[],
  { transposeA, transposeB }: ProductAttributes,
  g: Node,
  product: Product,
): (() => Node)[] {
  const [a, b] = inputs as [Node, Node];
  const left = (): Node =>
    transposeA
      ? product(b, g, undefined, { transposeA: transposeB, transposeB: true })
      : product(g, b, undefined, { transposeA: false, transposeB: !transposeB });
  const right = (): Node =>
    transposeB
      ? product(g, a, undefined, { transposeA: true, transposeB: transposeA })
      : product(a, g, undefined, { transposeA: !transposeA, transposeB: false });
  return [left, right];
}

/** FusedMatMul takes the flags; standard ONNX needs Transpose nodes. */
function encodeMatmul(
  emitter: Emitter,
  inputs: readonly string[],
  node: Node,
  flags: ProductAttributes,
): string {
  const { transposeA, transposeB } = flags;
  if (!transposeA && !transposeB) return emitter.node("MatMul", inputs);
  if (emitter.target === "onnxruntime") {
    return emitter.node(
      "FusedMatMul",
      inputs,
      { transA: Number(transposeA), transB: Number(transposeB) },
      "com.microsoft",
    );
  }
  const operand = (i: number, transposed: boolean): string => {
    const rank = node.inputs[i]?.shape.length ?? 2;
    const permutation = [...Array(rank - 2).keys(), rank - 1, rank - 2];
    return transposed
      ? emitter.node("Transpose", [inputs[i] ?? ""], { perm: permutation })
      : (inputs[i] ?? "");
  };
  return emitter.node("MatMul", [operand(0, transposeA), operand(1, transposeB)]);
}

function multiply(
  inputs: readonly ReferenceValue[],
  attributes: ProductAttributes,
  shape: Shape,
): Float64Array {
  const [a, b] = inputs as [ReferenceValue, ReferenceValue];
  const { columns: depth } = faces(a.shape, attributes.transposeA);
  const [rows, columns] = shape.slice(-2) as [number, number];
  const batches = shape.slice(0, -2);
  const stepA = attributes.transposeA ? [1, rows] : [depth, 1];
  const stepB = attributes.transposeB ? [1, depth] : [columns, 1];
  const result = new Float64Array(sizeOf(shape));
  const offsets = (operand: ReferenceValue): number[] => {
    const list: number[] = [];
    forEachBroadcast(operand.shape.slice(0, -2), batches, (_, from) =>
      list.push(from * sizeOf(operand.shape.slice(-2))),
    );
    return list;
  };
  const offsetsB = offsets(b);
  for (const [batch, offsetA] of offsets(a).entries()) {
    const offsetB = offsetsB[batch] ?? 0;
    for (let i = 0; i < rows * columns; i++) {
      const row = Math.floor(i / columns);
      const column = i % columns;
      let total = 0;
      for (let k = 0; k < depth; k++) {
        const left = a.data[offsetA + row * (stepA[0] ?? 0) + k * (stepA[1] ?? 0)] ?? Number.NaN;
        total += left * (b.data[offsetB + k * (stepB[0] ?? 0) + column * (stepB[1] ?? 0)] ?? Number.NaN);
      }
      result[batch * rows * columns + i] = total;
    }
  }
  return result;
}

const transpositions: readonly ProductAttributes[] = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB })),
);

function productExample(
  random: Random,
  a: Shape,
  b: Shape,
  attributes: ProductAttributes,
  rest: readonly SymbolicShape[] = [],
): Example {
  const flip = (shape: Shape, flipped: boolean): number[] => {
    const [rows = 1, columns = 1] = shape.slice(-2);
    return [...shape.slice(0, -2), ...(flipped ? [columns, rows] : [rows, columns])];
  };
  const shapes = [
    flip(a, attributes.transposeA),
    flip(b, attributes.transposeB),
    ...(rest as readonly Shape[]),
  ];
  const inputs = shapes.map((shape) =>
    fromNumbers(
      draw(sizeOf(shape), () => random.normal()),
      shape,
      "float64",
    ),
  );
  return { inputs, attributes };
}
