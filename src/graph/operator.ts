import type { DType, FloatDType, Random, Shape, Tensor } from "../tensor/index.js";
import type { Attributes } from "./attributes.js";
import type { Builder } from "./builder.js";
import type { Node } from "./node.js";
import type { Extent, TensorType } from "./tensor-type.js";

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
  /** Whether to write what says nothing new and helps some runtimes. */
  readonly hints: boolean;
  /** Adds a node with one output and returns the output's name. */
  node(opType: string, inputs: readonly string[], attributes?: OnnxAttributes, domain?: string): string;
  /** The same for an operator of two outputs, of which the second one is wanted. */
  secondOf(opType: string, inputs: readonly string[], attributes?: OnnxAttributes): string;
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

/** How the program that a graph is rebuilt for differs from its own. */
export interface Conversion {
  /** What the symbolic extent becomes. Default: itself. */
  readonly batch?: Extent;
  /** Element type of all floats. Default: as they are. */
  readonly float?: FloatDType;
}

/**
 * What passes over graphs ask of operators: they know none by name. The conformance suite proves every fact on every
 * example.
 */
export interface OperatorFacts<A = Attributes> {
  /** Multiplies and accumulates, first operand by second; what else it does costs next to nothing. */
  readonly product: boolean;
  /** Multiply–accumulates of one application, given concrete shapes; 0 for operators that are no products. */
  macs(inputs: readonly Shape[], attributes: A, output: Shape): number;
  /** Repeats operands, the first one too, to the shape of the result by itself. */
  readonly broadcasts: boolean;
  /** Is its first operand repeated to the shape of the result, and nothing else. */
  readonly repeats: boolean;
  /** Operands may change places. */
  readonly commutative: boolean;
  /** The second operand of two that leaves the first one as it is: 0 of a sum. */
  readonly neutral: number | undefined;
  /** Works on images [n, c, h, w], window by window. */
  readonly windows: boolean;
  /**
   * Where both have a batch axis: whether a row of the result, one position of that axis, depends on other rows of an
   * operand.
   */
  mixesRows(inputs: readonly TensorType[], attributes: A): boolean;
  /** The application in another program; `undefined` where the attributes name neither a batch nor a float type. */
  convert(application: Omit<Application<A>, "output">, conversion: Conversion): Node | undefined;
  /** A cheaper node of the same type and value, where there is one. */
  simplify(application: Application<A>): Node | undefined;
}

/**
 * All that the library knows of one operator. The table of these is total over operator names,
 * so an operator without one of its parts does not compile.
 */
export interface Operator<A = Attributes> extends OperatorFacts<A> {
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
  /** Random legal uses. Empty for leaves. */
  examples(random: Random): readonly Example[];
}
