import type { DType, Random, Shape, Tensor } from "../tensor/index.js";
import type { Attributes } from "./attributes.js";
import type * as build from "./build.js";
import type { Node, TensorType } from "./node.js";

/** The functions that make nodes. Rules get them as an argument: records know no other record. */
export type Builder = typeof build;

/** A value inside the reference interpreter: float64 whatever the element type (booleans are 0 and 1). */
export interface ReferenceValue {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** One application of an operator, as derivative rules see it. */
export interface Application<A> {
  readonly inputs: readonly Node[];
  readonly output: Node;
  readonly attributes: A;
  readonly build: Builder;
}

/** Computes the cotangent of one input, when somebody wants it. */
export type Pullback = () => Node;

/** Writes ONNX nodes. `target` says who will run them. */
export interface Emitter {
  /** `standard`: any runtime. `onnxruntime`: operators of the com.microsoft domain are welcome. */
  readonly target: "standard" | "onnxruntime";
  /** Channels of a block in the layout of ONNX Runtime's fast convolution; undefined where it is not to be used. */
  readonly channelBlock: number | undefined;
  /** Adds a node with one output and returns the output's name. */
  node(opType: string, inputs: readonly string[], attributes?: OnnxAttributes, domain?: string): string;
  /** Name of a stored tensor; equal small tensors are stored once. */
  constant(value: Tensor): string;
  int64(values: readonly number[]): string;
  scalar(value: number, dtype: DType): string;
  /** A one for every row of the batch, [batch]. Only where some input has one. */
  batchOfOnes(dtype: DType): string;
}

export type OnnxAttributes = Readonly<
  Record<string, number | string | readonly number[] | { readonly float: number }>
>;

/** A legal use of an operator, for the conformance suite. */
export interface Example {
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
}

/**
 * All that the library knows of one operator. The table of these is total over operator names,
 * so an operator without one of its parts does not compile.
 */
export interface Operator<A = Attributes> {
  /** Shape and element type of the result; throws SHAPE_MISMATCH, DTYPE_MISMATCH or INVALID_ARGUMENT. */
  type(inputs: readonly Node[], attributes: A): TensorType;
  /** Reverse rule: a pullback an input, `undefined` where no derivative exists (integers, conditions). */
  vjp(application: Application<A>, cotangent: Node): readonly (Pullback | undefined)[];
  /** Forward rule: tangent of the output. At least one tangent is given. */
  jvp(application: Application<A>, tangents: readonly (Node | undefined)[]): Node | undefined;
  /** Lowers to ONNX and returns the name of the result. */
  encode(emitter: Emitter, inputs: readonly string[], node: Node, attributes: A): string;
  /** Computes the result in float64, plainly. `shape` is the concrete result shape. */
  evaluate(inputs: readonly ReferenceValue[], attributes: A, shape: Shape): Float64Array;
  /** Multiply–accumulates of one application, given concrete shapes (0 for operators without products). */
  macs?(inputs: readonly Shape[], attributes: A, output: Shape): number;
  /** Random legal uses. Empty for leaves. */
  examples(random: Random): readonly Example[];
}
