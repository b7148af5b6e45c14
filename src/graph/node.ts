import type { Tensor } from "../tensor/index.js";
import type { OperatorAttributes, OpName } from "./attributes.js";
import type { TensorType } from "./tensor-type.js";

/**
 * A symbolic tensor: the immutable record of one operator applied to other nodes.
 * Two applications of one operator to the same nodes with equal attributes are the same node (hash-consing).
 */
export interface Node<Op extends OpName = OpName> extends TensorType {
  /** Grows with creation: an input's id is below its user's. */
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly attributes: OperatorAttributes[Op];
}

let nextId = 0;

/** Users of a node by their description. Hangs on the youngest input, so a dropped graph takes it along. */
const usersOf = new WeakMap<Node, Map<string, Node>>();

/** Creates the node, or returns the equal one that exists. The type is computed only for a new node. */
export function internNode<Op extends OpName>(
  op: Op,
  inputs: readonly Node[],
  attributes: OperatorAttributes[Op],
  typeOf: () => TensorType,
): Node {
  const host = youngest(inputs);
  if (host === undefined) return freshNode(op, inputs, attributes, typeOf());
  const key = `${op} ${inputs.map(({ id }) => id).join(" ")} ${JSON.stringify(attributes)}`;
  const users = usersOf.get(host) ?? new Map<string, Node>();
  usersOf.set(host, users);
  const known = users.get(key);
  if (known !== undefined) return known;
  const node = freshNode(op, inputs, attributes, typeOf());
  users.set(key, node);
  return node;
}

function freshNode<Op extends OpName>(
  op: Op,
  inputs: readonly Node[],
  attributes: OperatorAttributes[Op],
  { dtype, shape }: TensorType,
): Node {
  return Object.freeze({ id: nextId++, op, inputs, attributes, dtype, shape });
}

/** Scalars are shared by the whole process and would keep their users alive: they never host. */
function youngest(inputs: readonly Node[]): Node | undefined {
  let host: Node | undefined;
  for (const input of inputs) {
    const shared = input.op === "constant" && input.shape.length === 0;
    if (!shared && (host === undefined || input.id > host.id)) host = input;
  }
  return host;
}

const scalars = new Map<string, Node>();

/** Leaf that holds a value. Equal scalars are one node. */
export function constantNode(value: Tensor): Node {
  const make = (): Node => freshNode("constant", [], { value }, { dtype: value.dtype, shape: value.shape });
  if (value.shape.length > 0) return make();
  const number = Number(value.data[0]);
  const key = `${value.dtype} ${Object.is(number, -0) ? "-0" : number}`;
  const known = scalars.get(key) ?? make();
  scalars.set(key, known);
  return known;
}

/** Leaf that is given a value at every run. */
export function inputNode(name: string, type: TensorType): Node {
  return freshNode("input", [], { name }, type);
}

/** Narrows a node to one operator, whose attributes are then known. */
export function isOp<Op extends OpName>(node: Node, op: Op): node is Node<Op> {
  return node.op === op;
}

/** The value of a constant; undefined for every other node. */
export const constantValue = (node: Node | undefined): Tensor | undefined =>
  node !== undefined && isOp(node, "constant") ? node.attributes.value : undefined;

/** The number in a constant of one element; undefined for every other node. */
export function scalarValue(node: Node | undefined): number | undefined {
  const { data } = constantValue(node) ?? { data: [] };
  return data.length === 1 ? Number(data[0]) : undefined;
}
