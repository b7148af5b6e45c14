import {
  constant,
  expand,
  inline,
  type NamedNodes,
  type Node,
  type Operand,
  reshape,
} from "../../graph/index.js";
import { makeGraph } from "../../graph/internal.js";
import { fail, formatShape, type Tensor } from "../../tensor/index.js";
import type { VectorField } from "../methods/algebra.js";
import type { Field } from "./field.js";

/** Where and with what a field is evaluated. */
interface FieldContext {
  readonly controls?: NamedNodes;
  /** Nodes instead of the stored values, to differentiate with respect to them. */
  readonly parameters?: NamedNodes;
}

/** One evaluation: the derivative, and the wanted features. */
export interface FieldValue {
  readonly dz: Node;
  readonly features: NamedNodes;
}

/** Evaluates f(s, z) symbolically, with some of its intermediate tensors. */
export function evaluateField(
  field: Field,
  s: Operand,
  z: Node,
  { controls = {}, parameters = {} }: FieldContext = {},
  wanted: readonly string[] = [],
): FieldValue {
  const { roles, graph } = field;
  const feeds: Record<string, Node> = { ...controls, [roles.state]: z };
  for (const [name, value] of Object.entries(field.parameters))
    feeds[name] = parameters[name] ?? constantOf(value);
  const depth = roles.depth === undefined ? undefined : graph.inputs[roles.depth];
  if (roles.depth !== undefined && depth !== undefined) feeds[roles.depth] = depthAs(s, depth, z);
  const features = Object.fromEntries(wanted.map((name) => [`feature ${name}`, featureNamed(field, name)]));
  const dz = graph.outputs[roles.output];
  const results = inline(
    dz === undefined || wanted.length === 0
      ? graph
      : makeGraph(graph.inputs, { ...graph.outputs, ...features }),
    feeds,
  );
  return {
    dz: results[roles.output] as Node,
    features: Object.fromEntries(wanted.map((name) => [name, results[`feature ${name}`] as Node])),
  };
}

/** One node a value, so that repeated evaluations share their weights. */
const constants = new WeakMap<Tensor, Node>();

function constantOf(value: Tensor): Node {
  const node = constants.get(value) ?? constant(value);
  constants.set(value, node);
  return node;
}

/** The field as the function that Runge–Kutta interpreters call. */
export function symbolicField(field: Field, context: FieldContext = {}): VectorField<Node, Operand> {
  return (s, z) => evaluateField(field, s, z, context).dz;
}

/** Brings s into the shape that the graph declares for it: a scalar, [1], [batch] or [batch, 1]. */
function depthAs(s: Operand, declared: Node, z: Node): Node {
  const node = typeof s === "number" ? constant(s, declared.dtype) : s;
  const { shape } = declared;
  const perSample = shape.includes("batch")
    ? shape.map((size) => (size === "batch" ? (z.shape[0] ?? 1) : size))
    : shape;
  if (node.shape.length === 0)
    return expand(
      reshape(
        node,
        shape.map(() => 1),
      ),
      perSample,
      z,
    );
  if (shape.includes("batch")) return reshape(node, perSample);
  throw fail("SHAPE_MISMATCH", {
    what: "depth of the field",
    expected: `one s for the whole batch: the model declares ${formatShape(shape)}`,
    received: `a different s for every sample, ${formatShape(node.shape)}`,
  });
}

/** Whether samples of one batch may be at different depths. */
export function acceptsDepthPerSample({ graph, roles }: Field): boolean {
  return roles.depth === undefined || (graph.inputs[roles.depth]?.shape.includes("batch") ?? false);
}

function featureNamed({ features }: Field, name: string): Node {
  const node = Object.hasOwn(features, name) ? features[name] : undefined;
  if (node !== undefined) return node;
  throw fail("INVALID_ARGUMENT", {
    what: `feature "${name}"`,
    expected: `one of ${Object.keys(features).join(", ") || "none: this field names no intermediate tensors"}`,
    received: name,
  });
}
