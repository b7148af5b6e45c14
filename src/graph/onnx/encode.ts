import { create, toBinary } from "@bufbuild/protobuf";
import {
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  type ValueInfoProto,
} from "onnx-buf";
import { type DType, fail, fromNumbers, scalar, type Tensor } from "../../tensor/index.js";
import type { Graph } from "../graph.js";
import type { Node } from "../node.js";
import type { Emitter, OnnxAttributes } from "../operator.js";
import { operatorOf } from "../operators/index.js";
import type { TensorType } from "../tensor-type.js";
import { topological } from "../traverse.js";
import { attributeProtos, tensorProto, valueInfo } from "./proto.js";

/** How a graph becomes an ONNX model. */
export interface EncodeOptions {
  /** Who will run the model: any runtime (default), or ONNX Runtime with its own operators. */
  readonly target?: Emitter["target"];
  /** Blocks of channels that ONNX Runtime's fast convolution takes on the machine that will run this. Default: none. */
  readonly channelBlock?: number | undefined;
  /**
   * Also what says nothing new and some runtimes need: extents that they do not infer, signs against a wrong fusion. Default
   * true; a fingerprint goes without, so that files know their fields again whatever runtimes need.
   */
  readonly hints?: boolean;
  /** Free-form texts stored with the model. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Names of constants, by value: initializers then bear them, and importers find the weights under them again. */
  readonly weights?: Readonly<Record<string, Tensor>>;
}

const irVersion = 8n;
const opset = 17n;

/**
 * Serializes a graph as an ONNX model (IR 8, opset 17).
 * @throws INVALID_GRAPH when an output is called like an input: in ONNX one name is one value.
 */
export function encodeOnnx(
  graph: Graph,
  { target = "standard", channelBlock, hints = true, metadata = {}, weights = {} }: EncodeOptions = {},
): Uint8Array {
  requireDistinctNames(graph);
  const taken = new Set([...Object.keys(graph.inputs), ...Object.keys(graph.outputs)]);
  const writer = new Writer({ target, channelBlock, hints }, graph.inputs, taken, namesOf(weights, taken));
  const names = new Map<Node, string>();
  for (const node of topological(Object.values(graph.outputs))) {
    const inputs = node.inputs.map((input) => names.get(input) ?? "");
    const operator = operatorOf(node);
    const name = operator.encode(writer, inputs, node, node.attributes);
    names.set(node, name);
    if (operator.repeats) writer.declare(name, node);
  }
  for (const [name, node] of Object.entries(graph.outputs)) writer.output(names.get(node) ?? "", name);
  const model = create(ModelProtoSchema, {
    irVersion,
    producerName: "hypersolvers",
    opsetImport: [
      { domain: "", version: opset },
      ...[...writer.extensions].map((domain) => ({ domain, version: 1n })),
    ],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: "hypersolvers",
      node: writer.nodes,
      initializer: writer.initializers,
      input: Object.entries(graph.inputs).map(([name, node]) => valueInfo(name, node)),
      output: Object.entries(graph.outputs).map(([name, node]) => valueInfo(name, node)),
      valueInfo: [...writer.declared.values()],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** Names of weights that no input or output has. */
function namesOf(
  weights: Readonly<Record<string, Tensor>>,
  taken: ReadonlySet<string>,
): ReadonlyMap<Tensor, string> {
  const free = Object.entries(weights).filter(([name]) => !taken.has(name));
  return new Map(free.map(([name, value]) => [value, name]));
}

function requireDistinctNames({ inputs, outputs }: Graph): void {
  const clash = Object.keys(outputs).find((name) => Object.hasOwn(inputs, name));
  if (clash === undefined) return;
  throw fail("INVALID_GRAPH", {
    what: "ONNX model",
    expected: "inputs and outputs of different names",
    received: `"${clash}" as both`,
    help: "rename one of the two",
  });
}

/** Constants up to this size are compared by content; larger ones are shared through their node alone. */
const sharedElements = 16;

/** Element type, shape and elements as text; 0 and −0 differ, as 1/0 and 1/(−0) do. */
function contentOf({ dtype, shape, data }: Tensor): string {
  const elements: string[] = [];
  for (const element of data) elements.push(Object.is(element, -0) ? "-0" : String(element));
  return `${dtype} ${shape} : ${elements}`;
}

/** Collects the nodes and constants of one model. Its names begin with a slash and avoid the user's. */
class Writer implements Emitter {
  readonly target: Emitter["target"];
  readonly channelBlock: number | undefined;
  readonly hints: boolean;
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  /** Types of values, by name. */
  readonly declared = new Map<string, ValueInfoProto>();
  /** Domains of operators that ONNX does not have. */
  readonly extensions = new Set<string>();
  readonly #shared = new Map<string, string>();
  readonly #inputs: Graph["inputs"];
  readonly #taken: ReadonlySet<string>;
  readonly #weights: ReadonlyMap<Tensor, string>;
  readonly #written = new Set<Tensor>();
  readonly #ones = new Map<DType, string>();

  constructor(
    { target, channelBlock, hints }: Pick<Emitter, "target" | "channelBlock" | "hints">,
    inputs: Graph["inputs"],
    taken: ReadonlySet<string>,
    weights: ReadonlyMap<Tensor, string>,
  ) {
    this.target = target;
    this.channelBlock = channelBlock;
    this.hints = hints;
    this.#inputs = inputs;
    this.#taken = taken;
    this.#weights = weights;
  }

  node(opType: string, inputs: readonly string[], attributes: OnnxAttributes = {}, domain = ""): string {
    const name = this.#free(`/v${this.nodes.length}`);
    this.#push(opType, inputs, [name], attributes, domain);
    return name;
  }

  secondOf(opType: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    const [first, second] = [`/v${this.nodes.length}/first`, `/v${this.nodes.length}`].map((name) =>
      this.#free(name),
    );
    this.#push(opType, inputs, [first ?? "", second ?? ""], attributes, "");
    return second ?? "";
  }

  /**
   * Says the type of a value whose extents come from a tensor: ONNX Runtime does not infer them. Of values without known
   * extents it reuses no memory, and planning that takes a time that is quadratic in their number.
   */
  declare(name: string, type: TensorType): void {
    if (this.hints) this.declared.set(name, valueInfo(name, type));
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
    const name = this.#free(`/c${this.initializers.length}`);
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
      Object.entries(this.#inputs).find(([, { shape }]) => shape.includes("batch")) ?? [];
    const axis = shape.indexOf("batch");
    const rows = this.node("Shape", [input], { start: axis, end: axis + 1 });
    const ones = this.node("Expand", [this.scalar(1, dtype), rows]);
    this.declare(ones, { dtype, shape: ["batch"] });
    this.#ones.set(dtype, ones);
    return ones;
  }

  /** Inputs may have such names: weights of an imported model that we wrote ourselves do. */
  #free(name: string): string {
    return this.#taken.has(name) ? this.#free(`${name}'`) : name;
  }

  #push(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: OnnxAttributes,
    domain: string,
  ): void {
    if (domain !== "") this.extensions.add(domain);
    this.nodes.push(
      create(NodeProtoSchema, {
        opType,
        domain,
        name: outputs.at(-1) ?? "",
        input: [...inputs],
        output: [...outputs],
        attribute: attributeProtos(attributes),
      }),
    );
  }
}
