import {
  constant,
  countMacs,
  expand,
  type Graph,
  type InputSpec,
  inline,
  type NamedNodes,
  type Node,
  type Operand,
  reshape,
  type SymbolicShape,
  trace,
  withFloat,
} from "../../graph/index.js";
import { makeGraph, type TensorType } from "../../graph/internal.js";
import { cast, type FloatDType, fail, formatShape, isFloat, type Tensor } from "../../tensor/index.js";
import type { NoisePath } from "../denoiser/noise-path.js";
import type { VectorField } from "../methods/algebra.js";

/** Which input of a field's graph is what. */
export interface FieldRoles {
  /** The state z, [batch, …]. */
  readonly state: string;
  /** The depth s; undefined for an autonomous field. */
  readonly depth: string | undefined;
  /** Further inputs that stay constant along a solve (data control). */
  readonly controls: readonly string[];
  /** The derivative dz/ds, of the state's shape. */
  readonly output: string;
}

/** A vector field f(s, z, x; θ) as a graph: what can be solved, corrected, differentiated and exported. */
export interface Field {
  readonly graph: Graph;
  readonly roles: FieldRoles;
  /** Values of the remaining inputs of the graph, by name. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** Intermediate tensors that a correction may read, by name. */
  readonly features: NamedNodes;
  /**
   * Of a state that carries along what is integrated on its way, such as a log-density: how many of its first columns are
   * the state itself. A correction that was made for these corrects these. Absent: all are.
   */
  readonly ownColumns?: number | undefined;
  /**
   * Of a field that leads from noise to data: how much of both a state is made of, over s. Methods made for such fields read it.
   * Absent: where it is asked for, that of flow matching.
   */
  readonly path?: NoisePath | undefined;
}

/** Type of the state. */
export function stateType({ graph, roles }: Field): TensorType {
  return graph.inputs[roles.state] ?? { dtype: "float32", shape: [] };
}

/** Inputs that a program over this field needs besides the state, as specs for `trace`. */
export function controlSpecs({ graph, roles }: Field): Record<string, InputSpec> {
  return Object.fromEntries(roles.controls.map((name) => [name, graph.inputs[name] ?? { shape: [] }]));
}

/** The nodes of these inputs among those of a program. */
export function controlNodes({ roles }: Pick<Field, "roles">, inputs: NamedNodes): NamedNodes {
  return Object.fromEntries(roles.controls.map((name) => [name, inputs[name] as Node]));
}

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

/**
 * A field written in TypeScript.
 * @param state shape of z; the first extent should be "batch".
 * @param f returns dz/ds of the state's shape. Parameters are named inputs with values.
 * @throws UNSUPPORTED_FIELD when f changes the shape.
 */
export function defineField(
  state: SymbolicShape,
  f: (s: Node, z: Node, rest: NamedNodes) => Node,
  options: {
    readonly controls?: Readonly<Record<string, InputSpec>>;
    readonly parameters?: Readonly<Record<string, Tensor>>;
  } = {},
): Field {
  const { controls = {}, parameters = {} } = options;
  const specs: Record<string, InputSpec> = { s: { shape: [] }, z: { shape: state }, ...controls };
  for (const [name, { shape, dtype }] of Object.entries(parameters)) specs[name] = { shape, dtype };
  const graph = trace(specs, (inputs) => ({ dz: f(inputs.s as Node, inputs.z as Node, inputs) }));
  return makeField(
    graph,
    { state: "z", depth: "s", controls: Object.keys(controls), output: "dz" },
    parameters,
  );
}

/**
 * Checks that a graph is a vector field in these roles.
 * @throws UNSUPPORTED_FIELD when the output does not have the state's type, or an input has no role.
 */
export function makeField(
  graph: Graph,
  roles: FieldRoles,
  parameters: Readonly<Record<string, Tensor>>,
  features: NamedNodes = {},
): Field {
  const state = graph.inputs[roles.state];
  const output = graph.outputs[roles.output];
  const fits =
    state !== undefined && output !== undefined && formatShape(state.shape) === formatShape(output.shape);
  if (!fits || !isFloat(state.dtype)) {
    throw fail("UNSUPPORTED_FIELD", {
      what: "vector field",
      expected: `an output of the state's shape ${formatShape(state?.shape ?? [])}`,
      received: formatShape(output?.shape ?? []),
      help: "dz/ds needs one number for every number of z; see `hypersolvers info`",
    });
  }
  const known = new Set([roles.state, roles.depth, ...roles.controls, ...Object.keys(parameters)]);
  const strangers = Object.keys(graph.inputs).filter((name) => !known.has(name));
  if (strangers.length === 0) return { graph, roles, parameters, features };
  throw fail("UNSUPPORTED_FIELD", {
    what: "vector field",
    expected: "every input to be the state, the depth, a control or a parameter",
    received: strangers.join(", "),
    help: "name the roles with --input-map, for example --input-map z=x0,s=t",
  });
}

/** The same field computing in another float type. */
export function fieldAs(field: Field, dtype: FloatDType): Field {
  const names = Object.keys(field.features);
  const both = withFloat(
    makeGraph(field.graph.inputs, { ...field.graph.outputs, ...prefixed(field.features) }),
    dtype,
  );
  const graph = makeGraph(
    both.inputs,
    Object.fromEntries(Object.keys(field.graph.outputs).map((name) => [name, both.outputs[name] as Node])),
  );
  const parameters = Object.fromEntries(
    Object.entries(field.parameters).map(([name, value]) => [
      name,
      isFloat(value.dtype) ? cast(value, dtype) : value,
    ]),
  );
  const features = Object.fromEntries(names.map((name) => [name, both.outputs[`feature ${name}`] as Node]));
  return { ...field, graph, parameters, features };
}

const prefixed = (features: NamedNodes): NamedNodes =>
  Object.fromEntries(Object.entries(features).map(([name, node]) => [`feature ${name}`, node]));

/** Multiply–accumulates of one evaluation on one sample. */
export function fieldMacs({ graph, roles, parameters }: Field): number {
  const dz = graph.outputs[roles.output];
  return dz === undefined ? 0 : countMacs(makeGraph(graph.inputs, { dz }), 1, Object.keys(parameters));
}

/** A per-step scalar in a form that multiplies states: numbers and scalars as they are, [batch] as a column. */
export function asColumn(value: Operand, z: Node): Operand {
  if (typeof value === "number" || value.shape.length === 0) return value;
  return reshape(
    value,
    z.shape.map((size, axis) => (axis === 0 ? size : 1)),
  );
}

/** A scalar or column repeated to one number a sample with trailing extents 1: what networks concatenate. */
export function perSample(value: Operand, z: Node): Node {
  const node = typeof value === "number" ? constant(value, z.dtype) : value;
  const shape = z.shape.map((size, axis) => (axis === 0 ? size : 1));
  return node.shape.length === 0 ? expand(node, shape, z) : reshape(node, shape);
}
