import type { NamedNodes, Node, Operand } from "../graph/index.js";
import type { Random, Shape, Tensor } from "../tensor/index.js";

/** Values of parameters by PyTorch's names: `"0.weight"`. */
export type StateDict = Readonly<Record<string, Tensor>>;

/** Shape of one parameter and how it starts. */
export interface ParameterSpec {
  readonly shape: Shape;
  /** Draws a first value, float32, of `shape`. */
  initialize(random: Random): Tensor;
}

/** A tensor that training follows without optimizing it, such as a running mean. */
export interface BufferSpec {
  readonly shape: Shape;
  readonly dtype: "float32" | "int64";
  /** First value of all elements. */
  readonly initial: number;
  /** A state dict may leave it out; it then has its first value. Default false. */
  readonly optional?: boolean;
}

/** What a module computes in training mode. */
export interface Trained {
  readonly output: Node;
  /** New values of the module's buffers, by name. */
  readonly buffers: NamedNodes;
}

/**
 * A layer or a network of layers: structure without values. Values are a `StateDict`; inside a trace they are
 * nodes under the same names.
 */
export interface Module {
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** What `apply` reads beside the parameters, and `train` renews. Default: nothing. */
  readonly buffers?: Readonly<Record<string, BufferSpec>> | undefined;
  /**
   * Builds the layer's graph, in evaluation mode.
   * @param nodes a node for every name in `this.parameters` and `this.buffers`.
   * @param x input; its shape is the layer's business.
   * @param s depth, for layers whose weights vary with it (`galerkinLinear`): one for all, or one a sample. Others leave
   *   it, and layers made of layers hand it on.
   */
  apply(nodes: NamedNodes, x: Node, s?: Operand): Node;
  /** The same in training mode, for modules that have one: use `applyTraining`, which takes any module. */
  readonly train?: ((nodes: NamedNodes, x: Node, s?: Operand) => Trained) | undefined;
}
