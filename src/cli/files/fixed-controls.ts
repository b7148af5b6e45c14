import type { ImportedModel } from "../../graph/index.js";
import type { Field, FixedControls } from "../../ode/index.js";
import { fail, type Tensor } from "../../tensor/index.js";
import { firstNonFinite } from "../../tensor/internal.js";
import { parseStates } from "../options/parse.js";
import { unusable } from "../options/usage-error.js";
import { readTensor } from "./tensor-file.js";

/** The number that a value of `--input` is; undefined for a file. */
export function numberIn(reference: string): number | undefined {
  const value = reference.trim() === "" ? Number.NaN : Number(reference);
  return Number.isFinite(value) ? value : undefined;
}

/** What `--input` says of all samples at once: numbers, and files of controls without a batch axis. */
export async function fixedControls(
  { inputs }: Pick<ImportedModel, "inputs">,
  input: Readonly<Record<string, string>> = {},
): Promise<FixedControls> {
  const fixed: Record<string, number | Tensor> = {};
  for (const [name, reference] of Object.entries(input)) {
    const number = numberIn(reference);
    const hasRows = inputs[name]?.shape[0] === "batch";
    if (number !== undefined) fixed[name] = number;
    else if (Object.hasOwn(inputs, name) && !hasRows && parseStates(reference).kind === "file")
      fixed[name] = await readValue(name, reference, "--input");
  }
  return fixed;
}

/** A control of one sample. @throws NON_FINITE, and as `readTensor`. */
export async function readValue(name: string, reference: string, option: string): Promise<Tensor> {
  const { value, description } = await readTensor(reference, [name]);
  const bad = firstNonFinite(value);
  if (bad < 0) return value;
  throw fail("NON_FINITE", {
    what: `${option} ${name}, ${description}, element ${bad}`,
    expected: "finite numbers",
    received: String(value.data[bad]),
  });
}

/** Refuses values for what is no control of a field. @param fixed controls that are part of it by now. */
export function requireControls(
  { roles }: Field,
  fixed: FixedControls,
  input: Readonly<Record<string, string>> = {},
): void {
  const known = [...roles.controls, ...Object.keys(fixed)];
  const other = Object.keys(input).find((name) => !known.includes(name));
  if (other !== undefined) throw notControl(known, other);
}

/** The error for a name that no control has. */
export function notControl(known: readonly string[], received: string): Error {
  const listed = known.length === 0 ? "none: this field has no control inputs" : known.join(", ");
  return unusable("--input", `a control of the field (${listed})`, received);
}
