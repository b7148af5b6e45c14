import type { ValueInfoProto } from "onnx-buf";
import { fail, isFloat, type Tensor } from "../../../tensor/index.js";
import { firstNonFinite } from "../../../tensor/internal.js";
import { inputNode, isOp, type Node } from "../../node.js";
import type { TensorType } from "../../tensor-type.js";
import { type AxisSizes, inputType } from "./inputs.js";
import type { Data } from "./packed.js";
import type { ParsedModel } from "./read-model.js";
import { readTensor } from "./stored-tensor.js";
import { noteStored, valueOfTensor } from "./value.js";

interface Weight {
  readonly node: Node<"input">;
  readonly value: Tensor;
}

/** Where computations begin. */
export interface Leaves {
  readonly values: Map<string, Data>;
  /** Inputs of the model that are no stored tensors. */
  readonly own: ReadonlyMap<string, Node<"input">>;
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
export function ownInputs({ graph }: ParsedModel): ValueInfoProto[] {
  const stored = new Set(graph.initializer.map(({ name }) => name));
  return graph.input.filter(({ name }) => !stored.has(name));
}

/** Inputs and stored tensors. A name that is both (IR 3 and older) is a stored tensor. */
export function readLeaves(
  model: ParsedModel,
  what: string,
  retype: (type: TensorType) => TensorType,
  sizes: AxisSizes,
): Leaves {
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
  const own = new Map<string, Node<"input">>();
  for (const info of ownInputs(model)) {
    const node = leaf(info.name, retype(inputType(info, what, sizes)));
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
  const node = inputNode(name, { dtype: type.dtype, shape: type.shape });
  if (isOp(node, "input")) return node;
  throw fail("INVALID_GRAPH", { what: name, expected: "an input" });
}
