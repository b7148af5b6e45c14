import { checkSpec } from "../../spec/index.js";
import { fail } from "../../tensor/index.js";
import type { JobKinds } from "./job.js";

/** What a sweep is: a spec, what varies in it, and what it is run on. */
export const sweepTable = {
  kind: {
    type: "text",
    required: true,
    expected: "the command that every job is a run of",
    help: "the command that every job is a run of: fit, train, tune, reproduce",
  },
  name: { type: "text", help: "what the sweep is called in reports" },
  fields: {
    type: "list",
    of: { type: "text" },
    help: "vector fields: FILE.onnx, a pattern such as fields/*.onnx, or content:SHA256 of one that the queue has",
  },
  spec: {
    type: "options",
    expected: "options of the command by name",
    help: "what all jobs have in common: options of the command by name, as in its config.json",
  },
  grid: {
    type: "options",
    expected: "lists of values by option",
    help: "options with the values that each takes, all with all; a.b is the member b of the option a",
  },
  list: {
    type: "list",
    of: { type: "options", expected: "options by name" },
    help: "options that vary together, one entry for each",
  },
} as const;

/** A sweep that was checked. */
export interface Sweep {
  readonly kind: string;
  readonly name: string | undefined;
  readonly fields: readonly string[] | undefined;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly grid: Readonly<Record<string, readonly unknown[]>>;
  readonly list: readonly Readonly<Record<string, unknown>>[];
}

/**
 * A sweep of unknown origin.
 * @throws INVALID_ARGUMENT that names the member.
 */
export function checkedSweep(kinds: JobKinds, value: unknown, from: string): Sweep {
  const given = checkSpec(sweepTable, value, from);
  const { kind, name, fields, spec = {}, grid = {}, list = [{}] } = given;
  if (kind === undefined || !Object.hasOwn(kinds, kind))
    throw refused(`${from}: kind`, Object.keys(kinds).join(", "), kind);
  const values = Object.entries(grid).map(([option, each]): [string, readonly unknown[]] => {
    if (Array.isArray(each) && each.length > 0) return [option, each];
    throw refused(`${from}: grid.${option}`, "a list of values, not empty", each);
  });
  if (list.length === 0) throw refused(`${from}: list`, "entries, or no list at all", list);
  if (fields?.length === 0) throw refused(`${from}: fields`, "at least one field", fields);
  return { kind, name, fields, spec, grid: Object.fromEntries(values), list };
}

const refused = (what: string, expected: string, received: unknown): Error =>
  fail("INVALID_ARGUMENT", { what, expected, received: JSON.stringify(received) ?? "nothing" });
