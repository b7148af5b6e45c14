import * as build from "../../build.js";
import type { Node } from "../../node.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";

const scaled = (x: Node, factor: number): Node => (factor === 1 ? x : build.mul(x, factor));

/** alpha·op(A)·op(B) + beta·C */
function gemm(context: DecodeContext): Node {
  const alpha = context.float("alpha", 1);
  const beta = context.float("beta", 1);
  const flags = {
    transposeA: context.integer("transA", 0) !== 0,
    transposeB: context.integer("transB", 0) !== 0,
  };
  const [a, b] = [context.node(0), context.node(1)];
  const given = context.optionalNode(2);
  const bias = given === undefined || beta === 0 ? undefined : scaled(given, beta);
  if (alpha === 1) return build.gemm(a, b, bias, flags);
  const product = scaled(build.gemm(a, b, undefined, flags), alpha);
  return bias === undefined ? product : build.add(product, bias);
}

/** Vectors become matrices of one row (left) or one column (right), and lose that axis again. */
function matmul(left: Node, right: Node, flags: { transposeA: boolean; transposeB: boolean }): Node {
  const a = left.shape.length === 1 ? build.reshape(left, [1, ...left.shape]) : left;
  const b = right.shape.length === 1 ? build.reshape(right, [...right.shape, 1]) : right;
  const product = build.matmul(a, b, flags);
  const shape = [...product.shape];
  if (right.shape.length === 1) shape.splice(-1, 1);
  if (left.shape.length === 1) shape.splice(right.shape.length === 1 ? -1 : -2, 1);
  return build.reshape(product, shape);
}

function fusedMatMul(context: DecodeContext): Node {
  if (context.integer("transBatchA", 0) !== 0 || context.integer("transBatchB", 0) !== 0)
    throw context.unsupported("transposed batches");
  const [a, b] = [context.node(0), context.node(1)];
  const product = matmul(a, b, {
    transposeA: context.integer("transA", 0) !== 0 && a.shape.length > 1,
    transposeB: context.integer("transB", 0) !== 0 && b.shape.length > 1,
  });
  return scaled(product, context.float("alpha", 1));
}

/** Matrix products. */
export const linearDecoders: DecoderTable = {
  Gemm: { inputs: [2, 3], decode: gemm },
  MatMul: {
    inputs: [2, 2],
    decode: (context) => matmul(context.node(0), context.node(1), { transposeA: false, transposeB: false }),
  },
};

/** Matrix products of ONNX Runtime's own. */
export const microsoftLinearDecoders: DecoderTable = {
  FusedMatMul: { inputs: [2, 2], decode: fusedMatMul },
};
