import type { InputSpec } from "../../graph/index.js";
import type { StateSource } from "../../hypersolver/index.js";
import type { Samples } from "../../hypersolver/internal.js";
import type { Field } from "../../ode/index.js";
import { controlSpecs } from "../../ode/internal.js";
import {
  fail,
  formatShape,
  fromNumbers,
  isFloat,
  type Random,
  sizeOf,
  type Tensor,
} from "../../tensor/index.js";
import { pickRows } from "../../tensor/internal.js";
import type { FieldSpec } from "../options/field-table.js";
import { parseStates, type StatesChoice } from "../options/parse.js";
import { unusable } from "../options/usage-error.js";
import { checked } from "./checked-tensor.js";
import { notControl, numberIn } from "./fixed-controls.js";
import { readTensor } from "./tensor-file.js";

/** Where the values of a control come from. */
interface ControlSource {
  readonly spec: InputSpec;
  /** A file's: a row a sample, or one value for all samples where the control has no batch. */
  readonly given?: Tensor;
  /** So many rows. */
  readonly draw?: (count: number, random: Random) => Tensor;
}

/** Sources of all controls of a field, by name. */
export type Controls = Readonly<Record<string, ControlSource>>;

/** The sources of `--input`, which have to be the controls of the field, all of them. */
export async function readControls(field: Field, { input = {} }: FieldSpec): Promise<Controls> {
  const { controls } = field.roles;
  const specs = controlSpecs(field);
  const sources: Record<string, ControlSource> = {};
  for (const [name, reference] of Object.entries(input)) {
    if (numberIn(reference) !== undefined) continue;
    const spec = specs[name];
    const choice = parseStates(reference);
    // The file of a control that became part of the field: `fixedControls`.
    if (spec === undefined && choice.kind === "file") continue;
    if (spec === undefined) throw notControl(controls, name);
    sources[name] =
      choice.kind === "file"
        ? { spec, given: (await readTensor(reference, [name])).value }
        : { spec, draw: sampler(name, spec, choice) };
  }
  const missing = controls.filter((name) => sources[name] === undefined);
  const [first] = missing;
  if (first === undefined) return sources;
  throw fail("MISSING_INPUT", {
    what: `control "${missing.join('", "')}"`,
    expected: "values for every input of the field beside state and depth",
    received: Object.keys(input).join(", ") || "none",
    help:
      `give them with --input ${first}=FILE.safetensors:KEY, --input ${first}=NUMBER for all, ` +
      `or draw them, --input ${first}=uniform:LOW,HIGH`,
  });
}

const hasRows = ({ shape }: InputSpec): boolean => shape[0] === "batch";

/** Independent draws; integers from LOW to HIGH where the control takes integers. */
function sampler(
  name: string,
  spec: InputSpec,
  choice: Exclude<StatesChoice, { readonly kind: "file" }>,
): NonNullable<ControlSource["draw"]> {
  const { dtype = "float32", shape } = spec;
  if (!hasRows(spec))
    throw unusable(
      "--input",
      `one number, ${name}=3.0, or a file: this control is the same for all samples`,
      choice.kind,
      shape.length === 0
        ? undefined
        : `the file has it as ${formatShape(shape)}; if its first axis counts samples, export it with a dynamic one, dynamic_axes={"${name}": {0: "batch"}, …}`,
    );
  if (choice.kind === "normal" && !isFloat(dtype))
    throw unusable("--input", `integers, such as ${name}=uniform:0,9`, choice.kind);
  const one = (random: Random): number => {
    if (choice.kind === "normal") return random.normal();
    const { low, high } = choice;
    return isFloat(dtype)
      ? low + (high - low) * random.uniform()
      : random.integer(Math.ceil(low), Math.floor(high));
  };
  return (count, random) => {
    const own = [count, ...shape.slice(1).map(Number)];
    return fromNumbers(
      Array.from({ length: sizeOf(own) }, () => one(random)),
      own,
      dtype,
    );
  };
}

/** Any values, for a field whose controls nobody named: normal ones, of integers zeros. */
export function anyControls(field: Field): Controls {
  const sources = Object.entries(controlSpecs(field)).map(([name, spec]): [string, ControlSource] => {
    const { dtype = "float32", shape } = spec;
    const own = shape.map(Number);
    if (!hasRows(spec))
      return [name, { spec, given: fromNumbers(new Float64Array(sizeOf(own)), own, dtype) }];
    const choice = isFloat(dtype)
      ? ({ kind: "normal" } as const)
      : { kind: "uniform" as const, low: 0, high: 0 };
    return [name, { spec, draw: sampler(name, spec, choice) }];
  });
  return Object.fromEntries(sources);
}

/** How many rows the files of controls have, where there is one. */
export const rowsOf = (controls: Controls): number | undefined =>
  Object.values(controls).find(({ spec, given }) => given !== undefined && hasRows(spec))?.given?.shape[0];

/** Values for so many samples. @throws SHAPE_MISMATCH for a file of another number of rows. */
export const controlValues = (controls: Controls, rows: number, random: Random): Samples["controls"] =>
  Object.fromEntries(
    Object.entries(controls).map(([name, { spec, given, draw }]) => [
      name,
      given === undefined
        ? (draw?.(rows, random.fork(`control ${name}`)) as Tensor)
        : checkedControl(name, spec, given, rows),
    ]),
  );

const checkedControl = (
  name: string,
  { dtype = "float32", shape }: InputSpec,
  value: Tensor,
  rows: number,
): Tensor => checked(value, { dtype, shape }, rows, `--input ${name}`);

/** Rows of a file that training never sees, as of files of states. */
const HELD_OUT_SHARE = 0.2;
const FEWEST_ROWS = 10;

/**
 * Drawn states, each with values of the controls: drawn ones, or a row of their file by chance. What is learned sees the first
 * four fifths of a file, what measures it the others; of fewer than ten rows all see all.
 */
export function withControls(source: StateSource, controls: Controls): StateSource {
  const names = Object.keys(controls);
  if (names.length === 0) return source;
  const rows = rowsOf(controls) ?? 0;
  const split = rows < FEWEST_ROWS ? undefined : rows - Math.floor(HELD_OUT_SHARE * rows);
  const learned: [number, number] = [0, (split ?? rows) - 1];
  const held: [number, number] = [split ?? 0, rows - 1];
  const own = ({ z0 }: Samples, random: Random, [first, last]: [number, number]): Samples => {
    const count = z0.shape[0] ?? 0;
    const draws = random.fork("rows of controls");
    const picked = Uint32Array.from({ length: count }, () => draws.integer(first, Math.max(first, last)));
    const chosen = Object.entries(controls).map(([name, { spec, given, draw }]) => {
      if (given === undefined)
        return [name, draw?.(count, random.fork(`control ${name}`)) as Tensor] as const;
      const value = checkedControl(name, spec, given, rows);
      return [name, hasRows(spec) ? pickRows(value, picked) : value] as const;
    });
    return { z0, controls: Object.fromEntries(chosen) };
  };
  const { training, validation, heldOut, calibration } = source;
  return {
    description: `${source.description}, with ${names.join(", ")}`,
    training: (count, random) => own(training(count, random), random.fork("training controls"), learned),
    validation: (count, random) => own(validation(count, random), random.fork("validation controls"), held),
    heldOut: (count, random) => own(heldOut(count, random), random.fork("held-out controls"), held),
    ...(calibration && {
      calibration: (count, random) =>
        own(calibration(count, random), random.fork("calibration controls"), held),
    }),
  };
}
