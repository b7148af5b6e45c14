import { type Call, listCalls, qualifiedName } from "./calls.js";
import { type DeclaredType, declaredType } from "./inputs.js";
import { type ModelHeader, type ParsedModel, readModel } from "./read-model.js";
import { elementTypeName, readShape, storedDType } from "./stored-tensor.js";
import { isImportable } from "./table.js";

/** How often an operator occurs in a model, and whether it can be imported. */
export interface OperatorUse {
  /** Type of the operator, with its domain unless it is a standard one. */
  readonly name: string;
  readonly count: number;
  readonly supported: boolean;
}

/** A stored weight without its values. */
export interface WeightSummary {
  readonly name: string;
  readonly elementType: string;
  readonly shape: readonly number[];
}

/** What a model file contains, importable or not. */
export interface ModelSummary extends ModelHeader {
  readonly inputs: Readonly<Record<string, DeclaredType>>;
  readonly outputs: Readonly<Record<string, DeclaredType>>;
  /** The most frequent first. */
  readonly operators: readonly OperatorUse[];
  readonly weights: readonly WeightSummary[];
  /** Number of elements of all weights together. */
  readonly parameterCount: number;
}

/**
 * Looks into an ONNX model without importing it.
 * @param what the file's name, for messages.
 * @throws MALFORMED_FILE when the bytes are no ONNX model; UNSUPPORTED_FIELD for opsets before 7.
 */
export function inspectOnnx(bytes: Uint8Array, what: string): ModelSummary {
  const model = readModel(bytes, what);
  const { graph, opset, producer, metadata } = model;
  const stored = new Set(graph.initializer.map(({ name }) => name));
  const weights = weightsOf(model, what);
  return {
    opset,
    producer,
    metadata,
    inputs: Object.fromEntries(
      graph.input.filter(({ name }) => !stored.has(name)).map((info) => [info.name, declaredType(info)]),
    ),
    outputs: Object.fromEntries(graph.output.map((info) => [info.name, declaredType(info)])),
    operators: countOperators(listCalls(model, what)),
    weights,
    parameterCount: weights.reduce(
      (total, { shape }) => total + shape.reduce((product, extent) => product * extent, 1),
      0,
    ),
  };
}

function countOperators(calls: readonly Call[]): OperatorUse[] {
  const uses = new Map<string, OperatorUse>();
  for (const call of calls) {
    const name = qualifiedName(call);
    const count = (uses.get(name)?.count ?? 0) + 1;
    uses.set(name, { name, count, supported: isImportable(call) });
  }
  return [...uses.values()].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}

/** As in the import: float initializers with axes. */
function weightsOf({ graph }: ParsedModel, what: string): WeightSummary[] {
  return graph.initializer.flatMap((proto) => {
    const dtype = storedDType(proto.dataType);
    const isWeight = (dtype === "float32" || dtype === "float64") && proto.dims.length > 0;
    if (!isWeight) return [];
    const shape = readShape(proto, `${what}, initializer "${proto.name}"`);
    return [{ name: proto.name, elementType: elementTypeName(proto.dataType), shape }];
  });
}
