import type { OperatorAttributes } from "../../src/graph/attributes.js";
import {
  add,
  concat,
  conv,
  type Graph,
  gradient,
  type Node,
  reduceSum,
  slice,
  tanh,
  trace,
} from "../../src/graph/index.js";
import { applyOperator, type OpName } from "../../src/graph/internal.js";
import { zeros } from "../../src/tensor/index.js";

export function attributesOfOperators(x: Node, y: Node): void {
  applyOperator("elu", [x], { alpha: 1 });
  // @ts-expect-error elu without its slope
  applyOperator("elu", [x], {});
  // @ts-expect-error the attribute of another operator
  applyOperator("elu", [x], { axis: 1 });
  // @ts-expect-error a number is not a text
  applyOperator("elu", [x], { alpha: "1" });
  applyOperator("gemm", [x, y], { transposeA: false, transposeB: true });
  // @ts-expect-error gemm says for both operands whether they are transposed
  applyOperator("gemm", [x, y], { transposeB: true });
  applyOperator("cast", [x], { dtype: "float64" });
  // @ts-expect-error there is no such element type
  applyOperator("cast", [x], { dtype: "half" });
  // @ts-expect-error there is no such operator
  applyOperator("swish", [x], {});
}

/** The table is total: one entry for every name. */
export const name: OpName = "gemm" satisfies keyof OperatorAttributes;
// @ts-expect-error no operator has this name
export const unknown: OpName = "swish";

export function operands(x: Node, y: Node): readonly Node[] {
  // @ts-expect-error a unary function has one operand
  tanh(x, y);
  // @ts-expect-error numbers are operands where they take part in arithmetic, not alone
  tanh(1);
  // @ts-expect-error a tensor becomes a node by `constant`
  add(x, zeros([2], "float32"));
  // @ts-expect-error nodes are joined along an axis
  concat([x, y]);
  // @ts-expect-error a slice has a start and an end
  slice(x, 1);
  // @ts-expect-error windows move by one number or by two
  conv(x, y, undefined, { strides: [1, 2, 3] });
  return [add(x, 1), add(1, y), tanh(x), concat([x, y], 1), slice(x, 1, 0, 2), conv(x, y)];
}

/** A traced function sees the inputs that it declared. */
export const graph: Graph = trace({ x: { shape: ["batch", 2] } }, ({ x }) => ({ loss: reduceSum(x) }));
// @ts-expect-error an input that was not declared
trace({ x: { shape: ["batch", 2] } }, ({ z }) => ({ loss: reduceSum(z) }));
// @ts-expect-error outputs have names
trace({ x: { shape: ["batch", 2] } }, ({ x }) => reduceSum(x));
// @ts-expect-error an axis is a number or "batch"
trace({ x: { shape: ["rows", 2] } }, ({ x }) => ({ y: x }));

export function derivatives(loss: Node, x: Node): readonly Node[] {
  // @ts-expect-error a list, even of one
  gradient(loss, x);
  return gradient(loss, [x]);
}
