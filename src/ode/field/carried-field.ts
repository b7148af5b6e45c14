import {
  concatColumns,
  type InputSpec,
  type NamedNodes,
  type Node,
  reshape,
  type SymbolicShape,
  slice,
  trace,
} from "../../graph/index.js";
import { fail, formatShape, type Tensor } from "../../tensor/index.js";
import { evaluateField } from "./evaluate-field.js";
import { controlSpecs, type Field, stateType } from "./field.js";
import { makeField } from "./make-field.js";
import { withZeroColumns } from "./state-columns.js";

/** Where a rate is evaluated. */
export interface CarriedSite {
  /** Depth: a scalar, or a column where the field takes one a sample. 0 for a field without depth. */
  readonly s: Node | 0;
  /** State, of the field's shape. */
  readonly z: Node;
  /** f(s, z), of the same shape. */
  readonly dz: Node;
  /** Controls and parameters of the field, and further controls, by name. */
  readonly inputs: NamedNodes;
}

/** A quantity's derivative along a solution: one number a sample, [batch] or [batch, 1]. */
export type CarriedRate = (at: CarriedSite) => Node;

/** A field over (z, q₁, q₂, …), and where its columns are. */
export interface CarriedField<Name extends string = string> {
  /** State [batch, d + quantities]. */
  readonly field: Field;
  /** d: columns of z, all its numbers in a row. */
  readonly dimension: number;
  /** Column of each quantity. */
  readonly columns: Readonly<Record<Name, number>>;
  /** States of the field that it was made of, with quantities at 0 behind: [n, …] -> [n, d + quantities]. */
  start(z0: Tensor): Tensor;
}

/**
 * A field together with what is integrated along its solutions: dq/ds = rate(s, z, f(s, z), …). Its state is z, its numbers
 * in a row, with a column for each quantity. A field like any other: it can be solved, differentiated and corrected, by a
 * correction for the whole state or for z alone. Controls and parameters keep their names.
 * @param controls what rates read beside what the field does, such as a target; constant along a solve.
 * @throws UNSUPPORTED_FIELD when states are not [batch, …] of known size; SHAPE_MISMATCH for a rate that is not one number a
 *   sample; INVALID_ARGUMENT for a control of a name that the field has.
 */
export function carriedField<Name extends string>(
  field: Field,
  rates: Readonly<Record<Name, CarriedRate>>,
  controls: Readonly<Record<string, InputSpec>> = {},
): CarriedField<Name> {
  const { roles, graph, parameters } = field;
  const { dtype, shape } = stateType(field);
  const dimension = widthOf(shape);
  requireNewNames(field, controls);
  const names = Object.keys(rates) as Name[];
  const specs: Record<string, InputSpec> = {
    ...graph.inputs,
    ...controlSpecs(field),
    ...controls,
    [roles.state]: { shape: ["batch", dimension + names.length], dtype },
  };
  let seen: NamedNodes = {};
  const augmented = trace(specs, (inputs) => {
    const z = reshape(slice(inputs[roles.state] as Node, 1, 0, dimension), shape);
    const s = roles.depth === undefined ? 0 : asGiven(inputs[roles.depth] as Node);
    const context = { controls: inputs, parameters: inputs };
    const { dz, features } = evaluateField(field, s, z, context, Object.keys(field.features));
    seen = features;
    const columns = names.map((name) => asRate(name, rates[name]({ s, z, dz, inputs })));
    return { [roles.output]: concatColumns([reshape(dz, ["batch", dimension]), ...columns]) };
  });
  const own = { ...roles, controls: [...roles.controls, ...Object.keys(controls)] };
  const columns = Object.fromEntries(names.map((name, i) => [name, dimension + i]));
  return {
    field: { ...makeField(augmented, own, parameters, seen), ownColumns: dimension },
    dimension,
    columns: columns as Record<Name, number>,
    start: (z0) => withZeroColumns(flat(z0), names.length),
  };
}

/** One depth for all as a scalar, whether the field declares [] or [1]; a depth a sample as it is. */
const asGiven = (s: Node): Node => (s.shape.includes("batch") ? s : reshape(s, []));

const flat = (z: Tensor): Tensor => {
  const [count = 0, ...rest] = z.shape;
  return { ...z, shape: [count, rest.reduce((product, size) => product * size, 1)] };
};

/** Numbers of one state. */
function widthOf(shape: SymbolicShape): number {
  const [batch, ...rest] = shape;
  if (batch === "batch" && rest.length > 0 && rest.every((size) => typeof size === "number"))
    return rest.reduce<number>((product, size) => product * Number(size), 1);
  throw fail("UNSUPPORTED_FIELD", {
    what: "integral along a field",
    expected: "states [batch, …] of known size",
    received: formatShape(shape),
  });
}

function asRate(name: string, rate: Node): Node {
  const [batch, ...rest] = rate.shape;
  if (batch === "batch" && rest.length <= 1 && rest.every((size) => size === 1))
    return reshape(rate, ["batch", 1]);
  throw fail("SHAPE_MISMATCH", {
    what: `rate of "${name}"`,
    expected: "one number a sample, [batch] or [batch, 1]",
    received: formatShape(rate.shape),
    help: "add up over the other axes, and give every sample its own number",
  });
}

function requireNewNames({ graph }: Field, controls: Readonly<Record<string, InputSpec>>): void {
  const taken = Object.keys(controls).filter((name) => Object.hasOwn(graph.inputs, name));
  if (taken.length === 0) return;
  throw fail("INVALID_ARGUMENT", {
    what: "controls of a rate",
    expected: "names that the field does not have",
    received: taken.join(", "),
    help: "rates see the field's own inputs too",
  });
}
