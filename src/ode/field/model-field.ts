import type { ImportedModel, NamedNodes, SymbolicShape } from "../../graph/index.js";
import { formatType, type TensorType } from "../../graph/internal.js";
import { fail, formatShape } from "../../tensor/index.js";
import type { Field } from "./field.js";
import { type InputSettings, withGivenInputs } from "./given-inputs.js";
import { partsOfName, type StateParts, withJoinedStates } from "./joined-states.js";
import { makeField } from "./make-field.js";

/** Names given by the user: which input of the model is the state `z`, which the depth `s`; which output is `dz`. */
export interface InputMap {
  readonly z?: string;
  readonly s?: string;
  readonly dz?: string;
}

/** Names by which people call the state: `z` whatever else there is, the others where only one of them fits. */
const stateNames = [
  "z",
  "y",
  "x",
  "state",
  "h",
  "u",
  "sample",
  "x_t",
  "xt",
  "z_t",
  "zt",
  "latent",
  "latents",
];
/** Names by which they call the depth, most telling first. */
const depthNames = ["s", "t", "time", "depth", "timestep", "timesteps", "sigma"];

/**
 * Takes an imported model as a vector field. The state is the input of the output's shape, the depth an input called
 * s, t, time, depth, timestep, timesteps or sigma (or the only scalar); every other input is a control. Integer times get the
 * nearest integer to s.
 * Several outputs that each have an input of their type, in order, such as (v, a) of (x, v), are the derivative of one state:
 * all numbers of a sample in a row, [batch, d₁ + d₂].
 * @param settings scale of the time, and controls that are one number.
 * @throws INVALID_ARGUMENT for settings that do not fit; UNSUPPORTED_FIELD when no input fits, or a name of the map is not there.
 */
export function fieldOfModel(model: ImportedModel, map: InputMap = {}, settings: InputSettings = {}): Field {
  const parts = severalStates(model, map);
  if (parts === undefined) return fieldOfOneState(model, map, settings);
  const [z, dz] = [parts.states.join("+"), parts.outputs.join("+")];
  return fieldOfOneState(withJoinedStates(model, parts), { ...map, z, dz }, settings);
}

/** States of several tensors: as the map names them, or, where every output has an input of its type, in order. */
function severalStates(model: ImportedModel, { z, dz, s }: InputMap): StateParts | undefined {
  const [outputs, inputs] = [Object.keys(model.outputs), Object.keys(model.inputs)];
  if (z !== undefined && !inputs.includes(z) && partsOfName(z).length > 1)
    return { states: partsOfName(z), outputs: dz === undefined ? outputs : partsOfName(dz) };
  if (z !== undefined || dz !== undefined || outputs.length < 2) return undefined;
  const states: string[] = [];
  let from = 0;
  for (const type of Object.values(model.outputs)) {
    const at = inputs.findIndex(
      (name, i) => i >= from && !isDepth(model, name, s) && isLike(model.inputs[name], type),
    );
    if (at < 0) return undefined;
    states.push(inputs[at] ?? "");
    from = at + 1;
  }
  return { states, outputs };
}

const isDepth = ({ inputs }: ImportedModel, name: string, s: string | undefined): boolean =>
  name === s || (s === undefined && depthNames.includes(name) && isScalarLike(inputs[name]?.shape ?? []));

const isLike = (input: TensorType | undefined, output: TensorType): boolean =>
  input !== undefined && input.shape[0] === "batch" && formatType(input) === formatType(output);

function fieldOfOneState(model: ImportedModel, map: InputMap, settings: InputSettings): Field {
  const output = pickOutput(model, map);
  const shape = model.outputs[output]?.shape ?? [];
  const state = map.z ?? stateInput(model, output, shape, map);
  const depth = map.s ?? depthInput(model, state, settings);
  for (const name of [state, depth]) if (name !== undefined) requireInput(model, name);
  const controls = Object.keys(model.inputs).filter((name) => name !== state && name !== depth);
  const graph = {
    inputs: model.graph.inputs,
    outputs: { [output]: model.graph.outputs[output] } as NamedNodes,
  };
  const field = makeField(graph, { state, depth, controls, output }, model.parameters, model.intermediates);
  return withGivenInputs(field, settings);
}

/** The only output, or the only one of the type of an input: what else a model returns, such as a loss, does not matter. */
function pickOutput({ inputs, outputs }: ImportedModel, { z, dz }: InputMap): string {
  const names = Object.keys(outputs);
  if (dz !== undefined && names.includes(dz)) return dz;
  const states = Object.keys(inputs).filter((name) => z === undefined || name === z);
  const fitting = names.filter((name) =>
    states.some((state) => isLike(inputs[state], outputs[name] as TensorType)),
  );
  const [first, second] = names.length === 1 ? names : fitting;
  if (dz === undefined && first !== undefined && second === undefined) return first;
  throw fail("UNSUPPORTED_FIELD", {
    what: "output of the model",
    expected: dz === undefined ? "one output, the derivative dz/ds" : `an output "${dz}"`,
    received: names.join(", ") || "none",
    help: "name the derivative with --input-map dz=OUTPUT, or several with their states: z=x+v,dz=dx+dv",
  });
}

function stateInput(
  { inputs }: ImportedModel,
  output: string,
  shape: SymbolicShape,
  { s }: InputMap,
): string {
  const fitting = Object.entries(inputs).flatMap(([name, type]) =>
    name !== s && formatShape(type.shape) === formatShape(shape) ? [name] : [],
  );
  const known = stateNames.filter((name) => fitting.includes(name));
  const derived = fitting.filter((name) => isDerivativeOf(output, name));
  const [only] =
    [fitting, derived, known[0] === "z" ? ["z"] : known].find(({ length }) => length === 1) ?? [];
  if (only !== undefined) return only;
  const beside = fitting.length === 0 && Object.values(inputs).some((type) => isOneWider(type.shape, shape));
  throw fail("UNSUPPORTED_FIELD", {
    what: "state of the vector field",
    expected: `one input of the output's shape ${formatShape(shape)}`,
    received: listed(inputs),
    help: beside
      ? "where the last number of a row is the time, export a module that takes it by itself: forward(t, z) of torch.cat([z, t.expand(len(z), 1)], 1)"
      : `name it with --input-map z=${fitting[0] ?? "INPUT"}`,
  });
}

/** dz, dz_dt, dzdt, z_dot, and so on, of z. */
const isDerivativeOf = (output: string, state: string): boolean =>
  [`d${state}`, `d${state}_dt`, `d${state}dt`, `d${state}_ds`, `d${state}ds`, `${state}_dot`].includes(
    output,
  );

const isOneWider = (wide: SymbolicShape, shape: SymbolicShape): boolean =>
  shape.length === 2 && wide.length === 2 && Number(wide[1]) === Number(shape[1]) + 1;

function depthInput(
  { inputs }: ImportedModel,
  state: string,
  { fixed = {} }: InputSettings,
): string | undefined {
  const others = Object.entries(inputs).filter(
    ([name, { shape }]) => name !== state && !Object.hasOwn(fixed, name) && isScalarLike(shape),
  );
  const names = others.map(([name]) => name);
  const named = depthNames.find((name) => names.includes(name));
  return (
    named ??
    (others.length === 1 && others.every(([, { shape }]) => !shape.includes("batch")) ? names[0] : undefined)
  );
}

/** [], [1], [batch], [batch, 1] or [batch, 1, 1, 1]: one number for all, or one a sample. */
function isScalarLike(shape: SymbolicShape): boolean {
  return shape.every((size, axis) => size === 1 || (size === "batch" && axis === 0));
}

function requireInput({ inputs }: ImportedModel, name: string): void {
  if (Object.hasOwn(inputs, name)) return;
  throw fail("UNSUPPORTED_FIELD", { what: `input "${name}"`, expected: listed(inputs), received: name });
}

const listed = (inputs: Readonly<Record<string, TensorType>>): string =>
  Object.entries(inputs)
    .map(([name, type]) => `${name} ${formatType(type)}`)
    .join(", ") || "no inputs";
