import { givenStates, normalStates, type StateSource, uniformStates } from "../../hypersolver/index.js";
import type { Samples } from "../../hypersolver/internal.js";
import type { Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { Random } from "../../tensor/index.js";
import type { FieldSpec } from "../options/field-table.js";
import type { StatesChoice } from "../options/parse.js";
import { checked } from "./checked-tensor.js";
import { anyControls, controlValues, readControls, rowsOf, withControls } from "./controls.js";
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
  const controls = await readControls(field, options);
  return withControls(drawnStates(field, choice), controls);
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
  const rows = rowsOf(controls) ?? count;
  const { z0 } = drawnStates(field, choice).heldOut(rows, new Random(seed));
  return { z0, controls: controlValues(controls, rows, new Random(seed)) };
}

/** A few samples for golden vectors: drawn ones when no file is given, controls included. */
export async function goldenSamples(
  field: Field,
  choice: StatesChoice,
  options: FieldSpec,
  seed: number,
): Promise<Samples> {
  if (choice.kind === "file" || options.input !== undefined)
    return solveSamples(field, choice, options, { count: GOLDEN_COUNT, seed });
  const { z0 } = drawnStates(field, choice).heldOut(GOLDEN_COUNT, new Random(seed));
  return { z0, controls: controlValues(anyControls(field), GOLDEN_COUNT, new Random(seed)) };
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
  const controls = await readControls(field, options);
  const rows = z0.shape[0] ?? 0;
  return { samples: { z0, controls: controlValues(controls, rows, new Random(0)) }, description };
}

async function readStates(reference: string): Promise<FoundTensor> {
  if (!(await isTable(reference))) return readTensor(reference, stateKeys);
  return { value: (await readCsv(reference)).points, description: reference };
}
