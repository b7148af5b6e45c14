import type { OperatorAttributes, OpName } from "../attributes.js";
import type { Node } from "../node.js";
import type { Operator } from "../operator.js";
import { add, div, maximum, minimum, mul, pow, prelu, sub, sum } from "./arithmetic.js";
import { cast, elu, equal, less, not, stopGradient, where } from "./conditional.js";
import { conv, convTranspose, convWeight } from "./convolution/convolution.js";
import { gatherElements, scatterElements } from "./elements.js";
import { constant, input } from "./leaf.js";
import { maxPool } from "./max-pool.js";
import { expand, extent, reshape, transpose } from "./movement.js";
import { topPositions } from "./order.js";
import { gemm, matmul } from "./product.js";
import { reduceMax, reduceSum } from "./reduction.js";
import { concat, gather, pad, slice } from "./selection.js";
import {
  abs,
  cos,
  erfOperator as erf,
  exp,
  log,
  neg,
  oneMinusSquare,
  reciprocal,
  relu,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  tanh,
} from "./unary.js";

/** Every operator's record. Total by type: an operator without a record does not compile. */
const table: { readonly [Op in OpName]: Operator<OperatorAttributes[Op]> } = {
  input,
  constant,
  neg,
  abs,
  sign,
  reciprocal,
  exp,
  log,
  sqrt,
  sin,
  cos,
  erf,
  tanh,
  oneMinusSquare,
  sigmoid,
  softplus,
  relu,
  elu,
  not,
  cast,
  stopGradient,
  add,
  sub,
  mul,
  div,
  pow,
  minimum,
  maximum,
  prelu,
  less,
  equal,
  where,
  sum,
  gemm,
  matmul,
  conv,
  convTranspose,
  convWeight,
  maxPool,
  reduceSum,
  reduceMax,
  reshape,
  transpose,
  expand,
  concat,
  slice,
  pad,
  gather,
  gatherElements,
  scatterElements,
  topPositions,
  extent,
};

/** The table with attributes forgotten, for code that walks any graph. */
export const operators: Readonly<Record<OpName, Operator>> = table;

/** The record behind a node. */
export function operatorOf(node: Node): Operator {
  return operators[node.op];
}
