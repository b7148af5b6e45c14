import type { DType, Tensor } from "../tensor/index.js";
import type { ConvAttributes, Pair, ProductAttributes } from "./attributes.js";
import type { Node } from "./node.js";
import type { SymbolicShape } from "./tensor-type.js";

/** A node, or a number that becomes a constant of its partner's element type. */
export type Operand = Node | number;

/** Axes of a reduction: one or several, negative ones counted from the last. */
export type Axes = number | readonly number[];

/** Makes a node of one. */
export type Unary = (x: Node) => Node;

/** Makes a node of two, of which one may be a number. */
export type Binary = (x: Operand, y: Operand) => Node;

type UnaryName = "cos" | "exp" | "log" | "neg" | "oneMinusSquare" | "sigmoid" | "sign" | "sin" | "zerosLike";
type BinaryName = "add" | "div" | "equal" | "less" | "maximum" | "minimum" | "mul" | "pow" | "sub";

/**
 * The functions that make nodes, as far as rules of operators use them; `build.ts` is what rules are given. They get it
 * as an argument: records know no other record.
 */
export interface Builder extends Readonly<Record<UnaryName, Unary>>, Readonly<Record<BinaryName, Binary>> {
  constant(value: Tensor | number, dtype?: DType): Node;
  cast(x: Node, dtype: DType): Node;
  where(condition: Node, x: Operand, y: Operand): Node;
  sum(...terms: readonly Node[]): Node;
  gemm(a: Node, b: Node, c?: Node, flags?: Partial<ProductAttributes>): Node;
  matmul(a: Node, b: Node, flags?: Partial<ProductAttributes>): Node;
  conv(x: Node, weight: Node, bias?: Node, options?: Partial<ConvAttributes>): Node;
  convTranspose(g: Node, weight: Node, extents: Pair, options?: Partial<ConvAttributes>): Node;
  convWeight(x: Node, g: Node, kernel: Pair, options?: Partial<ConvAttributes>): Node;
  reduceSum(x: Node, axes?: Axes, keepDims?: boolean): Node;
  reshape(x: Node, shape: SymbolicShape): Node;
  transpose(x: Node, permutation?: readonly number[]): Node;
  expand(x: Node, shape: SymbolicShape, like?: Node): Node;
  broadcastLike(x: Node, like: Node): Node;
  unbroadcast(x: Node, shape: SymbolicShape): Node;
  concat(parts: readonly Node[], axis: number): Node;
  slice(x: Node, axis: number, start: number, end?: number): Node;
  pad(x: Node, axis: number, before: number, after: number): Node;
  gather(x: Node, axis: number, indices: readonly number[]): Node;
  scatterAdd(x: Node, axis: number, indices: readonly number[], size: number): Node;
  gatherElements(x: Node, indices: Node): Node;
  scatterElements(g: Node, indices: Node, size: number): Node;
  extent(x: Node, axis: number, dtype?: DType): Node;
}
