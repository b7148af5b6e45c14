import type { InputSpec, NamedNodes, Node } from "../graph/index.js";
import {
  cast,
  type DType,
  fail,
  formatShape,
  type Random,
  type Shape,
  sizeOf,
  type Tensor,
} from "../tensor/index.js";
import { sameShape } from "../tensor/internal.js";
import { initializeBuffers } from "./buffers.js";

/** Values of parameters by PyTorch's names: `"0.weight"`. */
export type StateDict = Readonly<Record<string, Tensor>>;

/** Shape of one parameter and how it starts. */
export interface ParameterSpec {
  readonly shape: Shape;
  /** Draws a first value, float32, of `shape`. */
  initialize(random: Random): Tensor;
}

/** A tensor that training follows without optimising it, such as a running mean. */
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
  readonly buffers?: Readonly<Record<string, BufferSpec>>;
  /**
   * Builds the layer's graph, in evaluation mode.
   * @param nodes a node for every name in `this.parameters` and `this.buffers`.
   * @param x input; its shape is the layer's business.
   */
  apply(nodes: NamedNodes, x: Node): Node;
  /** The same in training mode, for modules that have one: use `applyTraining`, which takes any module. */
  train?(nodes: NamedNodes, x: Node): Trained;
}

/** First values of all parameters, drawn in order from one stream. */
export function initialize(module: Module, random: Random): StateDict {
  return Object.fromEntries(
    Object.entries(module.parameters).map(([name, spec]) => [name, spec.initialize(random)]),
  );
}

/** Number of trainable numbers. */
export function countParameters(module: Module): number {
  return Object.values(module.parameters).reduce((total, { shape }) => total + sizeOf(shape), 0);
}

/**
 * Types of the parameters as program inputs.
 * @param dtype default float32.
 * @example trace({ ...parameterInputs(net), x: { shape: ["batch", 2] } }, (nodes) => ({ y: net.apply(nodes, nodes.x) }))
 */
export function parameterInputs(
  { parameters }: Pick<Module, "parameters">,
  dtype: DType = "float32",
): Record<string, InputSpec> {
  return Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, { shape, dtype }]));
}

/**
 * The node of one parameter.
 * @throws MISSING_INPUT when the caller of `apply` did not give it.
 */
export function parameterNode(parameters: NamedNodes, name: string): Node {
  const node = parameters[name];
  if (node !== undefined) return node;
  throw fail("MISSING_INPUT", {
    what: `parameter "${name}"`,
    expected: `a node named "${name}"`,
    received: Object.keys(parameters).join(", ") || "no parameters",
  });
}

/**
 * Checks that a state dict is one of this module, and brings it into the module's order (parameters, then buffers) and
 * types (float32; counters int64).
 * @throws INVALID_ARGUMENT listing missing and unexpected names; SHAPE_MISMATCH listing wrong shapes.
 */
export function loadStateDict({ parameters, buffers = {} }: Module, state: StateDict): StateDict {
  const specs = { ...parameters, ...buffers };
  const names = Object.keys(specs);
  const missing = names.filter((name) => state[name] === undefined && buffers[name]?.optional !== true);
  const unexpected = Object.keys(state).filter((name) => specs[name] === undefined);
  if (missing.length > 0 || unexpected.length > 0) {
    throw fail("INVALID_ARGUMENT", {
      what: "state dict",
      expected: `parameters ${names.join(", ") || "none"}`,
      received: [...labelled("missing", missing), ...labelled("unexpected", unexpected)].join("; "),
      help: "select a part of a larger file with withPrefix(state, prefix)",
    });
  }
  const wrong = Object.entries(specs).flatMap(([name, { shape }]) => {
    const received = state[name]?.shape ?? shape;
    return sameShape(shape, received) ? [] : [{ name, shape, received }];
  });
  if (wrong.length > 0) {
    throw fail("SHAPE_MISMATCH", {
      what: "state dict",
      expected: wrong.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(", "),
      received: wrong.map(({ name, received }) => `${name} ${formatShape(received)}`).join(", "),
    });
  }
  const first = initializeBuffers({ buffers });
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = state[name] ?? first[name];
      return value === undefined ? [] : [[name, cast(value, buffers[name]?.dtype ?? "float32")] as const];
    }),
  );
}

const labelled = (label: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${label} ${names.join(", ")}`];
