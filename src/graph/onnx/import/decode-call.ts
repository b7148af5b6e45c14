import { fail, isHypersolversError } from "../../../tensor/index.js";
import type { Node } from "../../node.js";
import type { Budget } from "./budget.js";
import { type Call, innerCalls, qualifiedName } from "./calls.js";
import { branch, type DecodeInner, rounds } from "./control-flow.js";
import { batchCount } from "./count.js";
import { countsOf, type Data } from "./packed.js";
import { decodePacked } from "./packed-context.js";
import type { ParsedModel } from "./read-model.js";
import type { Sequences } from "./sequences.js";
import { readTensor } from "./stored-tensor.js";
import { decoderOf, isImportable } from "./table.js";
import { valueOfTensor } from "./value.js";

/** @throws UNSUPPORTED_OPERATOR with every operator that has no decoder, once each. */
export function requireDecoders(calls: readonly Call[], what: string): void {
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

export function lookUp(values: ReadonlyMap<string, Data>, name: string, what: string): Data {
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
export interface Scope {
  readonly model: ParsedModel;
  readonly values: Map<string, Data>;
  readonly batchSource: Node | undefined;
  readonly what: string;
  readonly budget: Budget;
  readonly sequences: Sequences;
}

/** Decodes a call and names what comes of it. */
export function decodeCall(call: Call, scope: Scope): void {
  const { values, batchSource, what } = scope;
  const where = `${what}, node "${call.name}"`;
  if (scope.sequences.has(call)) {
    decodeSequence(call, scope, where);
    return;
  }
  const inputs = call.inputs.map((name) => (name === "" ? undefined : lookUp(values, name, where)));
  const results =
    branch(call, inputs, inPlace(call, scope)) ??
    rounds(call, inputs, { decode: inPlace(call, scope), batchSource, where }) ??
    decode(call, inputs, batchSource, where);
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
    throw fail("MALFORMED_FILE", {
      what: where,
      expected: "a new name",
      received: `"${name}" again`,
      help: `no runtime loads such a file; PyTorch's newer exporter may call a result what an input is called: if "${name}" is one, export it under another name (input_names)`,
    });
  values.set(name, value);
}

/** Decodes graphs inside attributes of a call in its place. */
function inPlace(call: Call, scope: Scope): DecodeInner {
  return (attribute, given, { place = "", certain = 1 } = {}) => {
    const where = `${scope.what}, node "${call.name}"`;
    const graph = call.attributes.get(attribute)?.g;
    if (graph === undefined)
      throw fail("MALFORMED_FILE", { what: where, expected: `a graph "${attribute}"`, received: "none" });
    if (given.length !== graph.input.length)
      throw fail("MALFORMED_FILE", {
        what: `${where}, graph "${attribute}"`,
        expected: `${given.length} inputs`,
        received: String(graph.input.length),
      });
    const { calls, rename } = innerCalls(scope.model, call, graph, scope.what, place);
    requireDecoders(calls, scope.what);
    if (place !== "") scope.budget.admitRound(calls.length, certain, where);
    for (const proto of graph.initializer)
      define(scope.values, rename(proto.name), valueOfTensor(readTensor(proto, where)), where);
    for (const [i, { name }] of graph.input.entries())
      define(scope.values, rename(name), given[i] as Data, where);
    for (const inner of calls) decodeCall(inner, scope);
    return graph.output.map((output) => lookUp(scope.values, rename(output.name), where));
  };
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
  const isDynamic = inputs.some((data) => data !== undefined && countsOf(data).includes(batchCount));
  const help = isDynamic ? dynamicAxis : undefined;
  return located(where, call, () => decodePacked(decoder, call, inputs, batchSource), help);
}

/** Sizes do not fit where something else than samples was left open. */
const dynamicAxis =
  "the dynamic first axis is the batch, of samples on their own; where it counts the nodes or points of one sample, say how many there are, --size NAME=6 with the axis's name in the file, or export it with a fixed size";

/** Runs a decoder; its errors get the place in the file, and help where shapes do not fit. */
function located<T>(where: string, call: Call, decoding: () => T, help?: string): T {
  try {
    return decoding();
  } catch (error) {
    if (error instanceof RangeError) throw beyondNumbers(error, `${where} (${qualifiedName(call)})`);
    if (!isHypersolversError(error)) throw error;
    throw fail(error.code, {
      ...error.facts,
      what: `${where} (${qualifiedName(call)}): ${error.facts.what}`,
      help: error.facts.help ?? (error.code === "SHAPE_MISMATCH" ? help : undefined),
    });
  }
}
