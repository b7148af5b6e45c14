import { fail, isFloat, isHypersolversError, type Tensor } from "../../../tensor/index.js";
import { type Graph, makeGraph, type NamedNodes } from "../../graph.js";
import type { Node } from "../../node.js";
import type { TensorType } from "../../tensor-type.js";
import { topological } from "../../traverse.js";
import { type Freed, fixedBatch, freed, keepsRowsApart, noteFreed } from "./any-batch.js";
import { Budget } from "./budget.js";
import { listCalls } from "./calls.js";
import { formatCount } from "./count.js";
import { decodeCall, lookUp, requireDecoders, type Scope } from "./decode-call.js";
import { type AxisSizes, inputType } from "./inputs.js";
import { ownInputs, readLeaves } from "./leaves.js";
import { countsOf, type Data, isPacked } from "./packed.js";
import { type ModelHeader, type ParsedModel, readModel } from "./read-model.js";
import { Readings } from "./readings.js";
import { requireNoRowNumbers } from "./row-numbers.js";
import { Sequences } from "./sequences.js";
import { isFolded, nodeOf } from "./value.js";

/** An ONNX model as a graph of ours: solvable, differentiable, exportable. */
export interface ImportedModel extends ModelHeader {
  /** Inputs: the model's own, in its order, then every weight under its initializer's name. */
  readonly graph: Graph;
  /** Values of the weights. `bind(graph, parameters)` is a function of the model's own inputs alone. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** Types of the model's own inputs, in order. */
  readonly inputs: Readonly<Record<string, TensorType>>;
  readonly outputs: Readonly<Record<string, TensorType>>;
  /** Float tensors computed on the way, by their names in the file, for whoever wants to look inside. */
  readonly intermediates: NamedNodes;
  /** The batch size that the file was exported with, where it is read for any. */
  readonly exportedBatch?: number | undefined;
}

/**
 * Reads an ONNX model (opset 7 to 20 and later ones of unchanged operators).
 * Float initializers with axes are weights: inputs of the graph, so that it can be differentiated with respect
 * to them. Scalars and integers are constants, and shape computations are folded around a symbolic batch.
 * @param what the file's name, for messages.
 * @throws MALFORMED_FILE; UNSUPPORTED_OPERATOR listing all that lack a decoder; UNSUPPORTED_FIELD for dynamic
 * axes beside the batch, external data and foreign element types; NON_FINITE for weights.
 */
export function importOnnx(
  bytes: Uint8Array,
  what: string,
  { anyBatch = false, sizes = {} }: ImportOptions = {},
): ImportedModel {
  const model = readModel(bytes, what);
  const types = ownInputs(model).map((info) => inputType(info, what, sizes));
  const batch = anyBatch ? fixedBatch(types) : undefined;
  const attempt = (constants: boolean): ImportedModel | undefined => {
    if (batch === undefined) return undefined;
    const readings = new Readings();
    for (let tries = 0; tries < mostReadings; tries++) {
      const freedModel = importFreed(model, what, { batch, constants, readings }, sizes);
      if (freedModel !== undefined || !readings.again()) return freedModel;
    }
    return undefined;
  };
  // One is no telling size of constants.
  const freedModel = attempt(false) ?? (batch === 1 ? undefined : attempt(true));
  return freedModel ?? importAs(model, what, (type) => type, sizes);
}

/** Ways to read a file of a fixed batch that are tried before it is one of that batch alone. */
const mostReadings = 32;

/** How a model is taken. */
export interface ImportOptions {
  /** A file of a fixed batch is one for any batch, where its rows do not depend on each other. Default false. */
  readonly anyBatch?: boolean;
  /** Sizes of dynamic axes that are no batch, by the names that the file gives them: `{ height: 64, width: 64 }`. */
  readonly sizes?: AxisSizes;
}

/** The model for any batch; undefined where its rows are not samples, or sizes are written into it that nobody can free. */
function importFreed(
  model: ParsedModel,
  what: string,
  from: Freed,
  sizes: AxisSizes,
): ImportedModel | undefined {
  try {
    const imported = importAs(model, what, (type) => freed(type, from.batch), sizes, from);
    return keepsRowsApart(imported.graph) ? { ...imported, exportedBatch: from.batch } : undefined;
  } catch (error) {
    if (isHypersolversError(error)) return undefined;
    throw error;
  }
}

type Retype = (type: TensorType) => TensorType;

/** @param from what `retype` makes any. */
function importAs(
  model: ParsedModel,
  what: string,
  retype: Retype,
  sizes: AxisSizes,
  from?: Freed,
): ImportedModel {
  const calls = listCalls(model, what);
  requireDecoders(calls, what);
  const { values, own, weights } = readLeaves(model, what, retype, sizes);
  const batchSource = [...own.values()].find(({ shape }) => shape[0] === "batch");
  if (batchSource !== undefined && from !== undefined) noteFreed(batchSource, from);
  const scope: Scope = { model, values, batchSource, what, budget: new Budget(), sequences: new Sequences() };
  for (const call of calls) decodeCall(call, scope);
  const outputs = model.graph.output.map(({ name }): [string, Node] => [
    name,
    outputOf(lookUp(values, name, `${what}, output "${name}"`), batchSource, `${what}, output "${name}"`),
  ]);
  const used = new Set(topological(outputs.map(([, node]) => node)));
  requireNoRowNumbers(used, what);
  const needed = [...weights].filter(([, { node }]) => used.has(node));
  const leaves = [...own, ...needed.map(([name, { node }]): [string, Node<"input">] => [name, node])];
  return {
    graph: makeGraph(Object.fromEntries(leaves), Object.fromEntries(outputs)),
    parameters: Object.fromEntries(needed.map(([name, { value }]) => [name, value])),
    inputs: Object.fromEntries([...own].map(([name, node]) => [name, typeOf(node)])),
    outputs: Object.fromEntries(outputs.map(([name, node]) => [name, typeOf(node)])),
    intermediates: intermediatesOf(values, used),
    opset: model.opset,
    producer: model.producer,
    metadata: model.metadata,
  };
}

function intermediatesOf(values: ReadonlyMap<string, Data>, used: ReadonlySet<Node>): NamedNodes {
  const computed = [...values].flatMap(([name, value]): [string, Node][] =>
    !isPacked(value) &&
    !isFolded(value) &&
    !(name in Object.prototype) &&
    used.has(value) &&
    value.inputs.length > 0 &&
    isFloat(value.dtype)
      ? [[name, value]]
      : [],
  );
  return Object.fromEntries(computed);
}

/** @throws UNSUPPORTED_FIELD for an output of several rows a sample. */
function outputOf(data: Data, batchSource: Node | undefined, what: string): Node {
  if (!isPacked(data)) return nodeOf(data, batchSource);
  throw fail("UNSUPPORTED_FIELD", {
    what,
    expected: "one row a sample",
    received: `[${countsOf(data).map(formatCount).join(", ")}]`,
  });
}

const typeOf = ({ dtype, shape }: TensorType): TensorType => ({ dtype, shape });
