import { add, cast, constant, expand, mul, type Node, sign } from "../../graph/index.js";
import { input, isOp, makeGraph, rebuild } from "../../graph/internal.js";
import { fail, formatShape, isFloat, type Tensor, cast as tensorOf } from "../../tensor/index.js";
import type { Field } from "./field.js";

/** By name a number for every element of a control, or its value for one sample: a batch axis is left out, or 1. */
export type FixedControls = Readonly<Record<string, number | Tensor>>;

/** How a model wants its inputs, where that is not how a solver has them. */
export interface InputSettings {
  /** The model's time at s is timeScale·s, as with networks trained on time steps 0 to 1000. Default 1. */
  readonly timeScale?: number | undefined;
  /** Controls that are the same for all samples, by name: they become part of the field. */
  readonly fixed?: FixedControls | undefined;
}

/**
 * The field with its depth in the solver's terms and some controls fixed. A depth of integers, such as time steps, is rounded
 * to them; its derivative is zero.
 * @throws INVALID_ARGUMENT for a control that is not there, takes integers and gets none, or a time scale that is no number
 * but 0; SHAPE_MISMATCH for a value of another shape; UNSUPPORTED_FIELD when there is no depth to scale.
 */
export function withGivenInputs(field: Field, { timeScale = 1, fixed = {} }: InputSettings): Field {
  const replaced = new Map<Node, Node>();
  const inputs = { ...field.graph.inputs };
  const state = inputs[field.roles.state];
  if (state === undefined) return field;
  for (const [name, value] of Object.entries(fixed)) {
    replaced.set(controlNamed(field, name), fixedControl(field, name, value, state));
    delete inputs[name];
  }
  const { depth } = field.roles;
  const asked = depth === undefined ? undefined : inputs[depth];
  if (timeScale !== 1 && (asked === undefined || !Number.isFinite(timeScale) || timeScale === 0))
    throw unusableScale(timeScale, asked);
  if (depth !== undefined && asked !== undefined && (timeScale !== 1 || asked.dtype !== state.dtype)) {
    const leaf = input(depth, asked.shape, state.dtype);
    replaced.set(asked, modelTime(leaf, asked, timeScale));
    if (isOp(leaf, "input")) inputs[depth] = leaf;
  }
  return replaced.size === 0 ? field : rebuilt(field, inputs, replaced);
}

function rebuilt(field: Field, inputs: Field["graph"]["inputs"], replaced: ReadonlyMap<Node, Node>): Field {
  const renewed = <T extends Readonly<Record<string, Node>>>(nodes: T): Readonly<Record<string, Node>> => {
    const names = Object.keys(nodes);
    const results = rebuild(Object.values(nodes), replaced);
    return Object.fromEntries(names.map((name, i) => [name, results[i] as Node]));
  };
  const controls = field.roles.controls.filter((name) => Object.hasOwn(inputs, name));
  return {
    ...field,
    graph: makeGraph(inputs, renewed(field.graph.outputs)),
    roles: { ...field.roles, controls },
    features: renewed(field.features),
  };
}

/** The solver's s in the model's scale and element type: the nearest integer where it wants integers. */
function modelTime(s: Node, { dtype }: Node, timeScale: number): Node {
  const time = timeScale === 1 ? s : mul(s, timeScale);
  return isFloat(dtype) ? cast(time, dtype) : cast(add(time, mul(sign(time), 0.5)), dtype);
}

function controlNamed({ graph, roles }: Field, name: string): Node {
  const node = roles.controls.includes(name) ? graph.inputs[name] : undefined;
  if (node !== undefined) return node;
  throw fail("INVALID_ARGUMENT", {
    what: `control "${name}"`,
    expected: `one of ${roles.controls.join(", ") || "none: this field has no control inputs"}`,
    received: name,
  });
}

function fixedControl(field: Field, name: string, value: number | Tensor, state: Node): Node {
  const { dtype, shape } = controlNamed(field, name);
  if (typeof value !== "number") {
    const own = shape[0] === "batch" ? shape.slice(1) : shape;
    const given =
      value.shape.length > own.length && value.shape[0] === 1 ? value.shape.slice(1) : value.shape;
    const fits = own.length === given.length && own.every((size, axis) => size === given[axis]);
    if (fits && isFloat(value.dtype) === isFloat(dtype))
      return expand(constant(tensorOf({ ...value, shape: given }, dtype)), shape, state);
    throw fail("SHAPE_MISMATCH", {
      what: `control "${name}", the same for all samples`,
      expected: `${dtype}${formatShape(own)}`,
      received: `${value.dtype}${formatShape(value.shape)}`,
    });
  }
  const fits = dtype === "int64" ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (fits) return expand(constant(value, dtype), shape, state);
  throw fail("INVALID_ARGUMENT", {
    what: `control "${name}", ${dtype}${formatShape(shape)}`,
    expected: dtype === "int64" ? "an integer" : "a finite number",
    received: String(value),
  });
}

const unusableScale = (timeScale: number, depth: Node | undefined): Error =>
  depth === undefined
    ? fail("UNSUPPORTED_FIELD", {
        what: "time scale",
        expected: "a field that depends on the time",
        received: "an autonomous one",
        help: "name its time with --input-map s=INPUT, or leave the time scale out",
      })
    : fail("INVALID_ARGUMENT", {
        what: "time scale",
        expected: "a finite number other than 0",
        received: String(timeScale),
      });
