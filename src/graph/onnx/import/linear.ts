import * as build from "../../build.js";
import type { Node } from "../../node.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";
import { align, type Data, isPacked, pack } from "./packed.js";
import { multiplyPacked, transposePacked } from "./packed-product.js";

const scaled = (x: Node, factor: number): Node => (factor === 1 ? x : build.mul(x, factor));

/** alpha·op(A)·op(B) + beta·C */
function gemm(context: DecodeContext): Data {
  const alpha = context.float("alpha", 1);
  const beta = context.float("beta", 1);
  const flags = {
    transposeA: context.integer("transA", 0) !== 0,
    transposeB: context.integer("transB", 0) !== 0,
  };
  const [left, right] = [context.anyNode(0), context.anyNode(1)];
  if (isPacked(left) || isPacked(right)) return packedGemm(context, left, right, { alpha, beta, ...flags });
  const [a, b] = [left, right];
  const given = context.optionalNode(2);
  const bias = given === undefined || beta === 0 ? undefined : scaled(given, beta);
  if (alpha === 1) return build.gemm(a, b, bias, flags);
  const product = scaled(build.gemm(a, b, undefined, flags), alpha);
  return bias === undefined ? product : build.add(product, bias);
}

interface GemmFlags {
  readonly alpha: number;
  readonly beta: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

type Factor = ReturnType<DecodeContext["anyNode"]>;

/** The same where an operand has several rows a sample on one axis. */
function packedGemm(context: DecodeContext, left: Factor, right: Factor, flags: GemmFlags): Data {
  const turned = (x: Factor): Data => (isPacked(x) ? transposePacked(x, [1, 0]) : build.transpose(x));
  const product = multiplyPacked(
    (flags.transposeA ? turned(left) : left) as Factor,
    (flags.transposeB ? turned(right) : right) as Factor,
  );
  const bias = context.call.inputs[2] ? context.anyNode(2) : undefined;
  const added = bias === undefined || flags.beta === 0 ? [product] : [product, bias];
  const [x, c] = align(added).map((value) => context.asNode(value as Node));
  const whole = scaled(x as Node, flags.alpha);
  const result = c === undefined ? whole : build.add(whole, scaled(c, flags.beta));
  return isPacked(product) ? pack(result, product.axis) : result;
}

function product(context: DecodeContext): Data {
  const [a, b] = [context.anyNode(0), context.anyNode(1)];
  if (isPacked(a) || isPacked(b)) return multiplyPacked(a, b);
  return matmul(a, b, { transposeA: false, transposeB: false });
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
  Gemm: { inputs: [2, 3], rows: "own", decode: gemm },
  MatMul: { inputs: [2, 2], rows: "own", decode: product },
};

/** Matrix products of ONNX Runtime's own. */
export const microsoftLinearDecoders: DecoderTable = {
  FusedMatMul: { inputs: [2, 2], decode: fusedMatMul },
};
