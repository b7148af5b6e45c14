import { create } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  type ValueInfoProto,
} from "onnx-buf";
import { type DType, fromNumbers, scalar, type Tensor } from "../../tensor/index.js";
import type { Graph } from "../graph.js";
import type { Node } from "../node.js";
import type { Emitter, OnnxAttributes } from "../operator.js";
import { operatorOf } from "../operators/index.js";
import type { TensorType } from "../tensor-type.js";
import { topological } from "../traverse.js";
import { attributeProtos, graphProtos, tensorProto, valueInfo } from "./proto.js";

/** Constants up to this size are compared by content; larger ones are shared through their node alone. */
const sharedElements = 16;

/** Element type, shape and elements as text; 0 and −0 differ, as 1/0 and 1/(−0) do. */
function contentOf({ dtype, shape, data }: Tensor): string {
  const elements: string[] = [];
  for (const element of data) elements.push(Object.is(element, -0) ? "-0" : String(element));
  return `${dtype} ${shape} : ${elements}`;
}

/** What the writers of one model share. */
export interface Writing extends Pick<Emitter, "target" | "channelBlock" | "hints"> {
  /** Inputs of the model. */
  readonly inputs: Graph["inputs"];
  /** Names that are the user's. */
  readonly taken: ReadonlySet<string>;
  /** Domains of operators that ONNX does not have. */
  readonly extensions: Set<string>;
}

/** Collects the nodes and constants of one ONNX graph. Its names begin with a prefix and avoid the user's. */
export class Writer implements Emitter {
  readonly target: Emitter["target"];
  readonly channelBlock: number | undefined;
  readonly hints: boolean;
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  /** Types of values, by name. */
  readonly #declared = new Map<string, ValueInfoProto>();
  readonly #shared = new Map<string, string>();
  readonly #writing: Writing;
  readonly #prefix: string;
  readonly #weights: ReadonlyMap<Tensor, string>;
  readonly #written = new Set<Tensor>();
  readonly #ones = new Map<DType, string>();

  /**
   * @param prefix of the names: another for each graph of a model.
   * @param weights names of constants.
   */
  constructor(writing: Writing, prefix: string, weights: ReadonlyMap<Tensor, string> = new Map()) {
    this.target = writing.target;
    this.channelBlock = writing.channelBlock;
    this.hints = writing.hints;
    this.#writing = writing;
    this.#prefix = prefix;
    this.#weights = weights;
  }

  node(opType: string, inputs: readonly string[], attributes: OnnxAttributes = {}, domain = ""): string {
    const name = this.name(`/v${this.nodes.length}`);
    this.#push(opType, inputs, [name], attributes, domain);
    return name;
  }

  secondOf(opType: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    const second = this.name(`/v${this.nodes.length}`);
    this.#push(opType, inputs, [this.name(`/v${this.nodes.length}/first`), second], attributes, "");
    return second;
  }

  /** The same for an operator with a graph inside it. @returns the names of its outputs, so many. */
  around(
    opType: string,
    inputs: readonly string[],
    outputs: number,
    graphs: Readonly<Record<string, GraphProto>>,
  ): string[] {
    const names = Array.from({ length: outputs }, (_, i) => this.name(`/v${this.nodes.length}/${i}`));
    this.#push(opType, inputs, names, {}, "", graphProtos(graphs));
    return names;
  }

  /**
   * Says the type of a value whose extents come from a tensor: ONNX Runtime does not infer them. Of values without known
   * extents it reuses no memory, and planning that takes a time that is quadratic in their number.
   */
  declare(name: string, type: TensorType): void {
    if (this.hints) this.#declared.set(name, valueInfo(name, type));
  }

  /** Every output has a node of its own, so that an input or a shared value can be one. */
  output(source: string, name: string): void {
    this.#push("Identity", [source], [name], {}, "");
  }

  constant(value: Tensor): string {
    return this.#weight(value) ?? this.#unnamed(value);
  }

  /** A constant that has a name, if it is one. */
  #weight(value: Tensor): string | undefined {
    const name = this.#weights.get(value);
    if (name === undefined) return undefined;
    if (!this.#written.has(value)) this.initializers.push(tensorProto(name, value));
    this.#written.add(value);
    return name;
  }

  #unnamed(value: Tensor): string {
    const key = value.data.length <= sharedElements ? contentOf(value) : undefined;
    const known = key === undefined ? undefined : this.#shared.get(key);
    if (known !== undefined) return known;
    const name = this.name(`/c${this.initializers.length}`);
    this.initializers.push(tensorProto(name, value));
    if (key !== undefined) this.#shared.set(key, name);
    return name;
  }

  int64(values: readonly number[]): string {
    return this.constant(fromNumbers(values, [values.length], "int64"));
  }

  scalar(value: number, dtype: DType): string {
    return this.constant(scalar(value, dtype));
  }

  batchOfOnes(dtype: DType): string {
    const known = this.#ones.get(dtype);
    if (known !== undefined) return known;
    const [input = "", { shape = [] } = {}] =
      Object.entries(this.#writing.inputs).find(([, { shape }]) => shape.includes("batch")) ?? [];
    const axis = shape.indexOf("batch");
    const rows = this.node("Shape", [input], { start: axis, end: axis + 1 });
    const ones = this.node("Expand", [this.scalar(1, dtype), rows]);
    this.declare(ones, { dtype, shape: ["batch"] });
    this.#ones.set(dtype, ones);
    return ones;
  }

  /** A name for a value of this graph. Inputs may have such names: weights of an imported model that we wrote ourselves do. */
  name(text: string): string {
    const name = `${this.#prefix}${text}`;
    return this.#writing.taken.has(name) ? this.name(`${text}'`) : name;
  }

  /** All that was written, as a graph. */
  graph(name: string, input: ValueInfoProto[], output: ValueInfoProto[]): GraphProto {
    const { nodes: node, initializers: initializer } = this;
    return create(GraphProtoSchema, {
      name,
      node,
      initializer,
      input,
      output,
      valueInfo: [...this.#declared.values()],
    });
  }

  #push(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: OnnxAttributes,
    domain: string,
    graphs: readonly AttributeProto[] = [],
  ): void {
    if (domain !== "") this.#writing.extensions.add(domain);
    this.nodes.push(
      create(NodeProtoSchema, {
        opType,
        domain,
        name: outputs.at(-1) ?? "",
        input: [...inputs],
        output: [...outputs],
        attribute: [...attributeProtos(attributes), ...graphs],
      }),
    );
  }
}

/**
 * Writes all that outputs depend on.
 * @param names of what is there already; the others are added.
 */
export function writeNodes(writer: Writer, outputs: readonly Node[], names: Map<Node, string>): void {
  for (const node of topological(outputs, [...names.keys()])) {
    const inputs = node.inputs.map((input) => names.get(input) ?? "");
    const operator = operatorOf(node);
    const name = operator.encode(writer, inputs, node, node.attributes);
    names.set(node, name);
    if (operator.repeats) writer.declare(name, node);
  }
}
