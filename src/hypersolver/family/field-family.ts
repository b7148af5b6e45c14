import type { Field } from "../../ode/index.js";
import type { NamedTensors } from "../../runtime/index.js";
import { fail, fromNumbers, type Random, sizeOf, type Tensor, toFloat64 } from "../../tensor/index.js";
import { shortNumber } from "../../tensor/internal.js";
import type { Samples, StateSource } from "../states/states.js";

/** Smallest and largest value of a parameter, of every element where it is a tensor. */
export type ParameterRange = readonly [low: number, high: number];

/** Which member of a family: a number for every element of a parameter, or its elements in order. */
export type MemberParameters = Readonly<Record<string, number | readonly number[]>>;

/**
 * Fields of one form that differ by parameters, such as pendulums of several lengths. A family is one field whose controls
 * are the parameters, so that every sample of a batch may belong to a member of its own.
 */
export interface FieldFamily {
  readonly name: string;
  /** Its controls are the parameters: [batch, …], a member a sample. */
  readonly field: Field;
  readonly parameters: Readonly<Record<string, ParameterRange>>;
  /** States of random members, each of its own: what a correction for the whole family is fitted to. */
  readonly states: StateSource;
  /**
   * States of one member: for fits and measurements of it alone.
   * @throws INVALID_ARGUMENT for a parameter that is missing, unknown or outside its range.
   */
  member(parameters: MemberParameters): StateSource;
  /** A random member, every element uniform in its range. */
  draw(random: Random): MemberParameters;
  /**
   * The values of controls that put every sample of a batch into the family.
   * @throws INVALID_ARGUMENT as `member`.
   */
  controls(parameters: MemberParameters, count: number): NamedTensors;
  /** @throws INVALID_ARGUMENT for values of controls outside the family; the first row that is. */
  requireMembers(controls: NamedTensors): void;
}

/** What a family is made of. */
export interface FamilyOptions {
  readonly name: string;
  readonly field: Field;
  /** One range for every control of the field. */
  readonly parameters: Readonly<Record<string, ParameterRange>>;
  /** Where solves begin, for all members alike; without controls. */
  readonly states: StateSource;
}

/**
 * Makes a family of a field and the ranges of its controls. Fitting a correction to all of it is an ordinary fit, whose
 * states bring their members along; `inputs` decides whether g knows the parameters ("x") or is to infer from the stages
 * whom it deals with.
 * @throws INVALID_ARGUMENT unless every control has a range low ≤ high, and no other name has.
 * @example
 * const springs = defineFamily({ name: "springs", field, parameters: { stiffness: [1, 4] }, states: normalStates([2]) });
 * await fitCorrection(springs.field, { base: "heun", steps: 4, inputs: ["z", "stages", "epsilon", "x"] }, springs);
 */
export function defineFamily({ name, field, parameters, states }: FamilyOptions): FieldFamily {
  requireRanges(name, field, parameters);
  const shapes = Object.fromEntries(
    Object.keys(parameters).map((control) => [control, controlShape(field, control)]),
  );
  const drawn = (count: number, random: Random): NamedTensors =>
    Object.fromEntries(
      Object.entries(parameters).map(([control, range]) => {
        const own = random.fork(`parameter ${control}`);
        const { shape, dtype } = shapes[control] as Pick<Tensor, "shape"> & { dtype: "float32" | "float64" };
        const values = Float64Array.from({ length: count * sizeOf(shape) }, () => within(range, own));
        return [control, fromNumbers(values, [count, ...shape], dtype)];
      }),
    );
  const controls = (chosen: MemberParameters, count: number): NamedTensors => {
    const rows = requireMember(name, parameters, shapes, chosen);
    return Object.fromEntries(
      Object.entries(rows).map(([control, row]) => {
        const { shape, dtype } = shapes[control] as Pick<Tensor, "shape"> & { dtype: "float32" | "float64" };
        const values = Float64Array.from({ length: count * row.length }, (_, i) => row[i % row.length] ?? 0);
        return [control, fromNumbers(values, [count, ...shape], dtype)];
      }),
    );
  };
  return {
    name,
    field,
    parameters,
    states: withControls(`${states.description}; ${name}, ${rangesText(parameters)}`, states, drawn),
    member: (chosen) => {
      controls(chosen, 1);
      return withControls(`${states.description}; ${name}, ${memberText(chosen)}`, states, (count) =>
        controls(chosen, count),
      );
    },
    draw: (random) =>
      Object.fromEntries(
        Object.entries(drawn(1, random)).map(([control, row]) => [control, [...toFloat64(row)]]),
      ),
    controls,
    requireMembers: (given) => requireInside(name, parameters, given),
  };
}

const within = ([low, high]: ParameterRange, random: Random): number => low + (high - low) * random.uniform();

const rangesText = (parameters: FieldFamily["parameters"]): string =>
  Object.entries(parameters)
    .map(([control, [low, high]]) => `${control} in [${low}, ${high}]`)
    .join(", ");

const memberText = (parameters: MemberParameters): string =>
  Object.entries(parameters)
    .map(([control, value]) => `${control} = ${[value].flat().join(" ")}`)
    .join(", ");

function controlShape({ graph }: Field, control: string): Pick<Tensor, "shape" | "dtype"> {
  const { shape = [], dtype = "float32" } = graph.inputs[control] ?? {};
  return { shape: shape.slice(1).map(Number), dtype };
}

/** The states of a source, each with the values of controls that `draw` gives it; no two parts share a draw. */
function withControls(
  description: string,
  states: StateSource,
  draw: (count: number, random: Random) => NamedTensors,
): StateSource {
  type Part = "training" | "validation" | "heldOut" | "calibration";
  const part =
    (name: Part, samples: (count: number, random: Random) => Samples) =>
    (count: number, random: Random): Samples => {
      const { z0 } = samples(count, random);
      return { z0, controls: draw(z0.shape[0] ?? 0, random.fork(`members of ${name}`)) };
    };
  const { calibration } = states;
  return {
    description,
    training: part("training", states.training),
    validation: part("validation", states.validation),
    heldOut: part("heldOut", states.heldOut),
    ...(calibration && { calibration: part("calibration", calibration) }),
  };
}

function requireRanges(name: string, field: Field, parameters: FieldFamily["parameters"]): void {
  const [expected, received] = [[...field.roles.controls].sort(), Object.keys(parameters).sort()];
  if (expected.length === 0 || expected.join() !== received.join())
    throw fail("INVALID_ARGUMENT", {
      what: `family "${name}"`,
      expected: `a range for every control of the field: ${expected.join(", ") || "this field has none"}`,
      received: received.join(", ") || "none",
    });
  for (const [control, [low, high]] of Object.entries(parameters)) {
    if (Number.isFinite(low) && Number.isFinite(high) && low <= high) continue;
    throw fail("INVALID_ARGUMENT", {
      what: `family "${name}", parameter "${control}"`,
      expected: "low ≤ high, two finite numbers",
      received: `${low}, ${high}`,
    });
  }
}

/** The elements of every parameter of one member. */
function requireMember(
  name: string,
  parameters: FieldFamily["parameters"],
  shapes: Readonly<Record<string, Pick<Tensor, "shape">>>,
  chosen: MemberParameters,
): Record<string, readonly number[]> {
  const stranger = Object.keys(chosen).find((control) => !Object.hasOwn(parameters, control));
  if (stranger !== undefined)
    throw fail("INVALID_ARGUMENT", {
      what: `family "${name}"`,
      expected: `parameters ${Object.keys(parameters).join(", ")}`,
      received: stranger,
    });
  return Object.fromEntries(
    Object.entries(parameters).map(([control, range]) => {
      const size = sizeOf(shapes[control]?.shape ?? []);
      const value = chosen[control];
      const row = typeof value === "number" ? new Array<number>(size).fill(value) : (value ?? []);
      if (row.length !== size)
        throw fail("INVALID_ARGUMENT", {
          what: `family "${name}", parameter "${control}"`,
          expected: size === 1 ? "a number" : `a number, or ${size} of them`,
          received: value === undefined ? "none" : `${row.length} numbers`,
        });
      requireRange(name, control, range, row);
      return [control, row];
    }),
  );
}

function requireInside(name: string, parameters: FieldFamily["parameters"], given: NamedTensors): void {
  for (const [control, range] of Object.entries(parameters)) {
    const value = given[control];
    if (value === undefined)
      throw fail("MISSING_INPUT", {
        what: `family "${name}"`,
        expected: `a control "${control}"`,
        received: "none",
      });
    requireRange(name, control, range, toFloat64(value));
  }
}

function requireRange(
  name: string,
  control: string,
  [low, high]: ParameterRange,
  values: ArrayLike<number>,
): void {
  // What was float32 once may lie a rounding outside.
  const slack = 1e-6 * Math.max(Math.abs(low), Math.abs(high));
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (value >= low - slack && value <= high + slack) continue;
    throw fail("INVALID_ARGUMENT", {
      what: `family "${name}", parameter "${control}"`,
      expected: `a number from ${low} to ${high}`,
      received: shortNumber(value),
      help: "a correction of this family knows nothing of such a member: widen the family and fit again",
    });
  }
}
