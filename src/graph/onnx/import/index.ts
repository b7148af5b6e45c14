import { fail, isFloat, isHypersolversError, type Tensor } from "../../../tensor/index.js";
import { firstNonFinite } from "../../../tensor/internal.js";
import { type Graph, makeGraph, type NamedNodes } from "../../graph.js";
import { inputNode, isOp, type Node } from "../../node.js";
import type { TensorType } from "../../tensor-type.js";
import { topological } from "../../traverse.js";
import { fixedBatch, freed, keepsRowsApart, noteFreed } from "./any-batch.js";
import { Budget } from "./budget.js";
import { type Call, innerCalls, listCalls, qualifiedName } from "./calls.js";
import { formatCount } from "./count.js";
import { inputType } from "./inputs.js";
import { countsOf, type Data, isPacked } from "./packed.js";
import { decodePacked } from "./packed-context.js";
import { type ModelHeader, type ParsedModel, readModel } from "./read-model.js";
import { requireNoRowNumbers } from "./row-numbers.js";
import { Sequences } from "./sequences.js";
import { readTensor } from "./stored-tensor.js";
import { decoderOf, isImportable } from "./table.js";
import { asFolded, isFolded, nodeOf, noteStored, valueOfTensor } from "./value.js";

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

type Inputs = Map<string, Node<"input">>;

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
  { anyBatch = false }: ImportOptions = {},
): ImportedModel {
  const model = readModel(bytes, what);
  const types = ownInputs(model).map((info) => inputType(info, what));
  const batch = anyBatch ? fixedBatch(types) : undefined;
  return (
    (batch === undefined ? undefined : importFreed(model, what, batch)) ??
    importAs(model, what, (type) => type)
  );
}

/** How a model is taken. */
export interface ImportOptions {
  /** A file of a fixed batch is one for any batch, where its rows do not depend on each other. Default false. */
  readonly anyBatch?: boolean;
}

/** The model for any batch; undefined where its rows are not samples, or sizes are written into it that nobody can free. */
function importFreed(model: ParsedModel, what: string, batch: number): ImportedModel | undefined {
  try {
    const imported = importAs(model, what, (type) => freed(type, batch), batch);
    return keepsRowsApart(imported.graph) ? { ...imported, exportedBatch: batch } : undefined;
  } catch (error) {
    if (isHypersolversError(error)) return undefined;
    throw error;
  }
}

type Retype = (type: TensorType) => TensorType;

/** @param batch what `retype` makes any. */
function importAs(model: ParsedModel, what: string, retype: Retype, batch?: number): ImportedModel {
  const calls = listCalls(model, what);
  requireDecoders(calls, what);
  const { values, own, weights } = readLeaves(model, what, retype);
  const batchSource = [...own.values()].find(({ shape }) => shape[0] === "batch");
  if (batchSource !== undefined && batch !== undefined) noteFreed(batchSource, batch);
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

/** @throws UNSUPPORTED_OPERATOR with every operator that has no decoder, once each. */
function requireDecoders(calls: readonly Call[], what: string): void {
  const lacking = calls.filter((call) => !isImportable(call));
  const [first] = lacking;
  if (first === undefined) return;
  const names = [...new Set(lacking.map(qualifiedName))];
  throw fail("UNSUPPORTED_OPERATOR", {
    what: `${what}, node "${first.name}"`,
    expected: "the operators of docs/operators.md",
    received: names.join(", "),
    help: "rewrite these parts of the model with other operators and export again",
    details: { operators: names },
  });
}

interface Weight {
  readonly node: Node<"input">;
  readonly value: Tensor;
}

interface Leaves {
  readonly values: Map<string, Data>;
  readonly own: Inputs;
  readonly weights: ReadonlyMap<string, Weight>;
}

/** @throws UNSUPPORTED_FIELD for names that every JavaScript object has: records by name could not tell them apart. */
function requireOwnName(name: string, what: string): void {
  if (!(name in Object.prototype)) return;
  throw fail("UNSUPPORTED_FIELD", {
    what,
    expected: "names of inputs, outputs and weights that JavaScript does not use itself",
    received: `"${name}"`,
    help: "rename it and export again",
  });
}

/** Inputs that are no stored tensors. */
function ownInputs({ graph }: ParsedModel) {
  const stored = new Set(graph.initializer.map(({ name }) => name));
  return graph.input.filter(({ name }) => !stored.has(name));
}

/** Inputs and stored tensors. A name that is both (IR 3 and older) is a stored tensor. */
function readLeaves(model: ParsedModel, what: string, retype: Retype): Leaves {
  const { graph } = model;
  const values = new Map<string, Data>();
  const weights = new Map<string, Weight>();
  for (const { name } of [...graph.initializer, ...graph.input, ...graph.output]) requireOwnName(name, what);
  for (const proto of graph.initializer) {
    const { name } = proto;
    const value = readTensor(proto, `${what}, initializer "${name}"`);
    const trained = isFloat(value.dtype) && value.shape.length > 0 && !isMask(value);
    const weight = trained ? weightOf(name, value, what) : undefined;
    if (weight !== undefined) {
      weights.set(name, weight);
      noteStored(weight.node, value);
    }
    values.set(name, weight?.node ?? valueOfTensor(value));
  }
  const own: Inputs = new Map();
  for (const info of ownInputs(model)) {
    const node = leaf(info.name, retype(inputType(info, what)));
    own.set(info.name, node);
    values.set(info.name, node);
  }
  return { values, own, weights };
}

/** Minus infinity beside finite numbers keeps attention away from places: a setting, which training does not move. */
const isMask = ({ data }: Tensor): boolean => {
  let masked = false;
  for (const element of data) {
    if (element === Number.NEGATIVE_INFINITY) masked = true;
    else if (!Number.isFinite(Number(element))) return false;
  }
  return masked;
};

function weightOf(name: string, value: Tensor, what: string): Weight {
  const index = firstNonFinite(value);
  if (index < 0) return { node: leaf(name, value), value };
  throw fail("NON_FINITE", {
    what: `${what}, weight "${name}", element ${index}`,
    expected: "finite weights",
    received: String(value.data[index]),
    help: "the training of this model has diverged",
  });
}

function leaf(name: string, type: TensorType): Node<"input"> {
  const node = inputNode(name, typeOf(type));
  if (isOp(node, "input")) return node;
  throw fail("INVALID_GRAPH", { what: name, expected: "an input" });
}

function lookUp(values: ReadonlyMap<string, Data>, name: string, what: string): Data {
  const value = values.get(name);
  if (value !== undefined) return value;
  throw fail("MALFORMED_FILE", { what, expected: "a value computed before", received: `"${name}"` });
}

/** Sizes and settings that no array and no integer can have. */
const beyondNumbers = (cause: RangeError, what: string): Error =>
  fail("UNSUPPORTED_FIELD", {
    what,
    expected: "sizes and settings that a program can hold",
    received: cause.message,
    cause,
  });

/** What is known where a call is decoded. */
interface Scope {
  readonly model: ParsedModel;
  readonly values: Map<string, Data>;
  readonly batchSource: Node | undefined;
  readonly what: string;
  readonly budget: Budget;
  readonly sequences: Sequences;
}

function decodeCall(call: Call, scope: Scope): void {
  const { values, batchSource, what } = scope;
  const where = `${what}, node "${call.name}"`;
  if (scope.sequences.has(call)) {
    decodeSequence(call, scope, where);
    return;
  }
  const inputs = call.inputs.map((name) => (name === "" ? undefined : lookUp(values, name, where)));
  const results = branch(call, inputs, scope) ?? decode(call, inputs, batchSource, where);
  scope.budget.admit(results, inputs, where);
  for (const [i, name] of call.outputs.entries()) {
    const result = results[i];
    if (name === "" || result === undefined) continue;
    define(values, name, result, where);
  }
}

function decodeSequence(call: Call, { values, batchSource, sequences }: Scope, where: string): void {
  const results = located(where, call, () =>
    sequences.decode(call, (name) => lookUp(values, name, where), batchSource),
  );
  for (const result of results) define(values, call.outputs[0] ?? "", result, where);
}

function define(values: Map<string, Data>, name: string, value: Data, where: string): void {
  if (values.has(name))
    throw fail("MALFORMED_FILE", { what: where, expected: "a new name", received: `"${name}" again` });
  values.set(name, value);
}

/** The branch that the condition of an If takes, where it follows from shapes and constants, decoded in its place. */
function branch(call: Call, [condition]: readonly (Data | undefined)[], scope: Scope): Data[] | undefined {
  if (call.opType !== "If" || call.domain !== "" || condition === undefined || isPacked(condition))
    return undefined;
  const decided = asFolded(condition)?.entries[0];
  if (typeof decided !== "number") return undefined;
  const name = decided === 0 ? "else_branch" : "then_branch";
  const graph = call.attributes.get(name)?.g;
  const where = `${scope.what}, node "${call.name}"`;
  if (graph === undefined)
    throw fail("MALFORMED_FILE", { what: where, expected: `a graph "${name}"`, received: "none" });
  const { calls, rename } = innerCalls(scope.model, call, graph, scope.what);
  requireDecoders(calls, scope.what);
  for (const proto of graph.initializer)
    define(scope.values, rename(proto.name), valueOfTensor(readTensor(proto, where)), where);
  for (const inner of calls) decodeCall(inner, scope);
  return graph.output.map((output) => lookUp(scope.values, rename(output.name), where));
}

/** Decodes a call of an operator that has as many inputs as it should. */
function decode(
  call: Call,
  inputs: readonly (Data | undefined)[],
  batchSource: Node | undefined,
  where: string,
): readonly Data[] {
  const decoder = decoderOf(call);
  const given = inputs.length;
  const [least, most] = decoder?.inputs ?? [0, 0];
  if (decoder === undefined || given < least || given > most) {
    throw fail("MALFORMED_FILE", {
      what: `${where}: ${qualifiedName(call)}`,
      expected: least === most ? `${least} inputs` : `${least} to ${most} inputs`,
      received: String(given),
    });
  }
  return located(where, call, () => decodePacked(decoder, call, inputs, batchSource));
}

/** Runs a decoder; its errors get the place in the file. */
function located<T>(where: string, call: Call, decoding: () => T): T {
  try {
    return decoding();
  } catch (error) {
    if (error instanceof RangeError) throw beyondNumbers(error, `${where} (${qualifiedName(call)})`);
    if (!isHypersolversError(error)) throw error;
    throw fail(error.code, {
      ...error.facts,
      what: `${where} (${qualifiedName(call)}): ${error.facts.what}`,
    });
  }
}
