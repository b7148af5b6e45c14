import { givenStates, normalStates, type StateSource, uniformStates } from "../../hypersolver/index.js";
import type { Samples } from "../../hypersolver/internal.js";
import type { Field } from "../../ode/index.js";
import { controlSpecs, stateType } from "../../ode/internal.js";
import { cast, fail, formatShape, isFloat, Random, sizeOf, type Tensor } from "../../tensor/index.js";
import { firstNonFinite } from "../../tensor/internal.js";
import type { FieldSpec } from "../options/field-table.js";
import type { StatesChoice } from "../options/parse.js";
import { unusable } from "../options/usage-error.js";
import { numberIn } from "./fixed-controls.js";
import { isTable, readCsv } from "./points.js";
import { type FoundTensor, readTensor } from "./tensor-file.js";

/** Keys that mean states when `--states` names none. */
const stateKeys = ["z", "z0", "states"];

/** Where a fit or a comparison takes its states from. */
export async function stateSource(
  field: Field,
  choice: StatesChoice,
  options: FieldSpec,
): Promise<StateSource> {
  if (choice.kind === "file") {
    const { samples, description } = await readSamples(field, choice.reference, options);
    return givenStates(description, samples);
  }
  const names = field.roles.controls;
  if (names.length > 0) {
    throw unusable(
      "--states",
      `a file: the field has the control ${names.join(", ")}, and drawn states have no values for it`,
      choice.kind,
      `give states from a file and --input ${names[0]}=FILE.safetensors with as many rows, or --input ${names[0]}=NUMBER`,
    );
  }
  return drawnStates(field, choice);
}

type DrawnChoice = Exclude<StatesChoice, { readonly kind: "file" }>;

function drawnStates(field: Field, choice: DrawnChoice): StateSource {
  const shape = stateType(field).shape.slice(1).map(Number);
  return choice.kind === "normal"
    ? normalStates(shape, noiseAtStart(field))
    : uniformStates(shape, choice.low, choice.high);
}

/** How wide the noise is that a field with a schedule starts from: 1, but for rounding, unless states are scaled. */
function noiseAtStart({ path }: Field): number {
  const { sigma } = path?.(0) ?? { sigma: 1 };
  return Math.abs(sigma - 1) < 1e-2 ? 1 : sigma;
}

/** The states of one solve: all rows of a file, or `count` drawn ones (as many as a control has rows). */
export async function solveSamples(
  field: Field,
  choice: StatesChoice,
  options: FieldSpec,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<Samples> {
  if (choice.kind === "file") return (await readSamples(field, choice.reference, options)).samples;
  const controls = await readControls(field, options);
  const [rows] = Object.entries(controls).flatMap(([name, { shape }]) =>
    field.graph.inputs[name]?.shape[0] === "batch" ? shape.slice(0, 1) : [],
  );
  const { z0 } = drawnStates(field, choice).heldOut(rows ?? count, new Random(seed));
  return { z0, controls: checkedControls(field, controls, rows ?? count) };
}

/** A few samples for golden vectors: drawn ones when no file is given, controls included. */
export async function goldenSamples(
  field: Field,
  choice: StatesChoice,
  options: FieldSpec,
  seed: number,
): Promise<Samples> {
  const needsControls = field.roles.controls.length > 0 && options.input === undefined;
  if (choice.kind === "file" || !needsControls)
    return solveSamples(field, choice, options, { count: GOLDEN_COUNT, seed });
  const { z0 } = drawnStates(field, choice).heldOut(GOLDEN_COUNT, new Random(seed));
  const controls = Object.entries(controlSpecs(field)).map(([name, { shape }]) => {
    const source = normalStates(shape.slice(1).map(Number));
    return [name, source.heldOut(GOLDEN_COUNT, new Random(seed).fork(name)).z0] as const;
  });
  return { z0, controls: Object.fromEntries(controls) };
}

const GOLDEN_COUNT = 4;

async function readSamples(
  field: Field,
  reference: string,
  options: FieldSpec,
): Promise<{ readonly samples: Samples; readonly description: string }> {
  const { value, description } = await readStates(reference);
  const { dtype, shape } = stateType(field);
  const z0 = checked(value, { dtype, shape }, value.shape[0] ?? 0, `--states ${description}`);
  const controls = checkedControls(field, await readControls(field, options), z0.shape[0] ?? 0);
  return { samples: { z0, controls }, description };
}

async function readStates(reference: string): Promise<FoundTensor> {
  if (!(await isTable(reference))) return readTensor(reference, stateKeys);
  return { value: (await readCsv(reference)).points, description: reference };
}

/** The tensors of `--input`, which have to be the controls of the field, all of them. */
async function readControls(field: Field, { input = {} }: FieldSpec): Promise<Record<string, Tensor>> {
  const { controls } = field.roles;
  const known = controls.length === 0 ? "none: this field has no control inputs" : controls.join(", ");
  const controlled: Record<string, Tensor> = {};
  for (const [name, reference] of Object.entries(input)) {
    if (numberIn(reference) !== undefined) continue;
    if (!controls.includes(name)) throw unusable("--input", `a control of the field (${known})`, name);
    controlled[name] = (await readTensor(reference, [name])).value;
  }
  const missing = controls.filter((name) => controlled[name] === undefined);
  if (missing.length === 0) return controlled;
  throw fail("MISSING_INPUT", {
    what: `control "${missing.join('", "')}"`,
    expected: "values for every input of the field beside state and depth",
    received: Object.keys(input).join(", ") || "none",
    help: `give them with --input ${missing[0]}=FILE.safetensors:KEY, or --input ${missing[0]}=NUMBER for all`,
  });
}

function checkedControls(
  field: Field,
  controls: Readonly<Record<string, Tensor>>,
  rows: number,
): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(controlSpecs(field)).map(([name, { dtype = "float32", shape }]) => {
      const value = controls[name] as Tensor;
      return [name, checked(value, { dtype, shape }, rows, `--input ${name}`)];
    }),
  );
}

/**
 * The tensor in the wanted type.
 * @throws SHAPE_MISMATCH; INVALID_ARGUMENT when empty; NON_FINITE.
 */
function checked(
  value: Tensor,
  { dtype, shape }: Pick<Tensor, "dtype"> & { readonly shape: readonly (number | string)[] },
  rows: number,
  what: string,
): Tensor {
  const wanted = shape.map((size) => (size === "batch" ? rows : size));
  const fits =
    wanted.length === value.shape.length && wanted.every((size, axis) => size === value.shape[axis]);
  if (!fits || isFloat(value.dtype) !== isFloat(dtype)) {
    throw fail("SHAPE_MISMATCH", {
      what,
      expected: `${dtype}${formatShape(what.startsWith("--input") ? wanted : shape)}`,
      received: `${value.dtype}${formatShape(value.shape)}`,
      help: "see `hypersolvers info` for the shapes that the field takes",
    });
  }
  if (sizeOf(value.shape) === 0) {
    throw fail("INVALID_ARGUMENT", {
      what,
      expected: "at least one sample",
      received: formatShape(value.shape),
      help: "give a file with at least one row",
    });
  }
  const bad = firstNonFinite(value);
  if (bad < 0) return cast(value, dtype);
  throw fail("NON_FINITE", {
    what: `${what}, element ${bad}`,
    expected: "finite numbers",
    received: String(value.data[bad]),
    help: "remove or repair these samples",
  });
}
