import { fail, type Tensor } from "../../tensor/index.js";
import type { Graph } from "../graph.js";
import type { Node } from "../node.js";
import type { Emitter } from "../operator.js";
import { modelBytes } from "./model.js";
import { valueInfo } from "./proto.js";
import { Writer, writeNodes } from "./writer.js";

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

/**
 * Serializes a graph as an ONNX model (IR 8, opset 17).
 * @throws INVALID_GRAPH when an output is called like an input: in ONNX one name is one value.
 */
export function encodeOnnx(
  graph: Graph,
  { target = "standard", channelBlock, hints = true, metadata = {}, weights = {} }: EncodeOptions = {},
): Uint8Array {
  requireDistinctNames(graph);
  const { inputs, outputs } = graph;
  const taken = new Set([...Object.keys(inputs), ...Object.keys(outputs)]);
  const extensions = new Set<string>();
  const writer = new Writer(
    { target, channelBlock, hints, inputs, taken, extensions },
    "",
    namesOf(weights, taken),
  );
  const names = new Map<Node, string>();
  writeNodes(writer, Object.values(outputs), names);
  for (const [name, node] of Object.entries(outputs)) writer.output(names.get(node) ?? "", name);
  return modelBytes(
    writer.graph(
      "hypersolvers",
      Object.entries(inputs).map(([name, node]) => valueInfo(name, node)),
      Object.entries(outputs).map(([name, node]) => valueInfo(name, node)),
    ),
    extensions,
    metadata,
  );
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
