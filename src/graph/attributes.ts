import type { DType, Tensor } from "../tensor/index.js";
import type { SymbolicShape } from "./tensor-type.js";

/** What an operator without parameters carries. */
export type NoAttributes = Readonly<Record<string, never>>;

/** One axis of a tensor, already resolved to be non-negative. */
export interface AxisAttributes {
  readonly axis: number;
}

export interface ReductionAttributes {
  /** Axes to reduce, ascending. */
  readonly axes: readonly number[];
  /** Keep the reduced axes with extent 1. */
  readonly keepDims: boolean;
}

export interface ProductAttributes {
  /** Transpose the last two axes of the left (right) operand first. */
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** A number along the rows of an image and one along its columns: [height, width]. */
export type Pair = readonly [number, number];

/** How windows lie on an image [batch, channels, height, width]. */
export interface WindowAttributes {
  readonly strides: Pair;
  /** Cells added around the image: top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  /** Distance between neighboring cells of one window. */
  readonly dilations: Pair;
}

export interface ConvAttributes extends WindowAttributes {
  /** Channels fall into as many groups that do not see each other. */
  readonly groups: number;
}

/** Static parameters of every operator: the complete list of operators, by name. */
export interface OperatorAttributes {
  readonly input: { readonly name: string };
  readonly constant: { readonly value: Tensor };

  readonly neg: NoAttributes;
  readonly abs: NoAttributes;
  readonly sign: NoAttributes;
  readonly reciprocal: NoAttributes;
  readonly exp: NoAttributes;
  readonly log: NoAttributes;
  readonly sqrt: NoAttributes;
  readonly sin: NoAttributes;
  readonly cos: NoAttributes;
  readonly erf: NoAttributes;
  readonly tanh: NoAttributes;
  readonly oneMinusSquare: NoAttributes;
  readonly sigmoid: NoAttributes;
  readonly softplus: NoAttributes;
  readonly relu: NoAttributes;
  readonly elu: { readonly alpha: number };
  readonly not: NoAttributes;
  readonly cast: { readonly dtype: DType };
  readonly stopGradient: NoAttributes;

  readonly add: NoAttributes;
  readonly sub: NoAttributes;
  readonly mul: NoAttributes;
  readonly div: NoAttributes;
  readonly pow: NoAttributes;
  readonly minimum: NoAttributes;
  readonly maximum: NoAttributes;
  readonly prelu: NoAttributes;
  readonly less: NoAttributes;
  readonly equal: NoAttributes;
  readonly where: NoAttributes;
  readonly sum: NoAttributes;

  readonly gemm: ProductAttributes;
  readonly matmul: ProductAttributes;

  readonly conv: ConvAttributes;
  /** `extents`: height and width of the result, which strides leave open. */
  readonly convTranspose: ConvAttributes & { readonly extents: Pair };
  readonly convWeight: ConvAttributes & { readonly kernel: Pair };
  readonly maxPool: WindowAttributes & { readonly kernel: Pair };

  readonly reduceSum: ReductionAttributes;
  readonly reduceMax: ReductionAttributes;

  readonly reshape: { readonly shape: SymbolicShape };
  readonly transpose: { readonly permutation: readonly number[] };
  readonly expand: { readonly shape: SymbolicShape };
  readonly concat: AxisAttributes;
  readonly slice: AxisAttributes & { readonly start: number; readonly end: number };
  readonly pad: AxisAttributes & { readonly before: number; readonly after: number };
  readonly gather: AxisAttributes & { readonly indices: readonly number[] };
  readonly gatherElements: NoAttributes;
  /** `size`: extent of the last axis of the result. */
  readonly scatterElements: { readonly size: number };
  /** `count` positions of the last axis, by the size of their elements. */
  readonly topPositions: { readonly count: number; readonly largest: boolean };
  readonly extent: AxisAttributes & { readonly dtype: DType };
}

/** Name of an operator. */
export type OpName = keyof OperatorAttributes;
export type Attributes = OperatorAttributes[OpName];
