import {
  type Graph,
  type InputSpec,
  type NamedNodes,
  type Node,
  type SymbolicShape,
  trace,
} from "../../graph/index.js";
import { fail, formatShape, isFloat, type Tensor } from "../../tensor/index.js";
import type { Field, FieldRoles } from "./field.js";

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
