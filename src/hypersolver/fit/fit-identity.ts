import type { Field } from "../../ode/index.js";
import { tableauSpec } from "../../ode/internal.js";
import { fingerprintOf } from "../files/fingerprint.js";
import { weightsHash } from "../files/weights-hash.js";
import type { FitSettings } from "./fit-settings.js";

/** What decides the outcome of a fit, as text: a checkpoint continues the same fit only. */
export function fitIdentity(field: Field, settings: FitSettings): string {
  const { base, states, initial, compile: _, context: _context, ...plain } = settings;
  const all = { ...plain, field: fingerprintOf(field), base: tableauSpec(base), states: states.description };
  const start = initial && { initial: weightsHash(initial.parameters) };
  return JSON.stringify(
    Object.fromEntries(Object.entries({ ...all, ...start }).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}
