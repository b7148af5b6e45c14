import { givenStates, normalStates, type StateSource, uniformStates } from "../../hypersolver/index.js";
import type { Samples } from "../../hypersolver/internal.js";
import type { Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { fail, formatShape, Random, reshaped, type Tensor } from "../../tensor/index.js";
import type { FieldSpec } from "../options/field-table.js";
import type { StatesChoice } from "../options/parse.js";
import { checked } from "./checked-tensor.js";
import { anyControls, controlValues, readControls, rowsOf, withControls } from "./controls.js";
import { isTable, readCsv } from "./points.js";
import { type FoundTensor, readTensor } from "./tensor-file.js";

/** Keys that mean states when `--states` names none. */
const stateKeys = ["z", "z0", "states"];

/**
 * Where a fit or a comparison takes its states from.
 * @throws UNSUPPORTED_FIELD for a field of one state without a batch, which can be solved, but not measured on many.
 */
export async function stateSource(
  field: Field,
  choice: StatesChoice,
  options: FieldSpec,
): Promise<StateSource> {
  requireBatch(field);
  if (choice.kind === "file") {
    const { samples, description } = await readSamples(field, choice.reference, options);
    return givenStates(description, samples);
  }
  const controls = await readControls(field, options);
  return withControls(drawnStates(field, choice), controls);
}

function requireBatch(field: Field): void {
  const { shape } = stateType(field);
  if (shape[0] === "batch") return;
  throw fail("UNSUPPORTED_FIELD", {
    what: "field of one state",
    expected: "states with a batch as first axis, [batch, …], every sample computed for itself",
    received: `state ${field.roles.state} ${formatShape(shape)}`,
    help: `leave the number of samples open, dynamic_axes={"${field.roles.state}": {0: "batch"}, …}, where the first axis counts samples; else export with a batch axis, [batch, ${shape.join(", ") || "1"}] (nodes of a graph are no samples). \`solve\` and \`export --method\` take the field as it is`,
  });
}

/** Rows that a field without a batch has; a state that is one number, [], is one. */
function fixedRows(field: Field): number | undefined {
  const [first = 1] = stateType(field).shape;
  return typeof first === "number" ? first : undefined;
}

function drawn(field: Field, choice: DrawnChoice, count: number, seed: number): Tensor {
  const { z0 } = drawnStates(field, choice).heldOut(count, new Random(seed));
  return stateType(field).shape.length === 0 ? reshaped(z0, []) : z0;
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
  const rows = fixedRows(field) ?? rowsOf(controls) ?? count;
  const z0 = drawn(field, choice, rows, seed);
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
  const rows = fixedRows(field) ?? GOLDEN_COUNT;
  const z0 = drawn(field, choice, rows, seed);
  return { z0, controls: controlValues(anyControls(field), rows, new Random(seed)) };
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
