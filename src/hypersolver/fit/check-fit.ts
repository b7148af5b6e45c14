import type { Field } from "../../ode/index.js";
import { refuseOthers } from "../../spec/internal.js";
import { fail } from "../../tensor/index.js";
import { hasImageStates } from "../states/subject.js";
import type { EffectiveFit } from "./fit-settings.js";
import { type FitSpec, fitTable } from "./fit-table.js";

/**
 * Refuses what cannot be fitted, before any work: choices that contradict each other or the field. That each is usable by
 * itself, `resolveFit` has seen.
 * @throws INVALID_ARGUMENT naming the option.
 */
export function checkFit(field: Field, spec: FitSpec, fit: EffectiveFit): void {
  const [t0, t1] = fit.span;
  check("span", fit.span.join(", "), "two different numbers", t0 !== t1);
  checkDirections(fit);
  if (!hasImageStates(field)) checkVectors(spec);
}

function check(what: string, value: unknown, expected: string, holds: boolean): void {
  if (!holds) throw fail("INVALID_ARGUMENT", { what, expected, received: String(value) });
}

function checkDirections({ directions, loss, inputs, trajectoryIterations: later }: EffectiveFit): void {
  if (directions !== "both") return;
  check("directions: both, loss", loss, "residual", loss === "residual");
  check("directions: both, trajectoryIterations", later, "0", later === 0);
  check("directions: both, inputs", inputs.join(", "), "epsilon among them", inputs.includes("epsilon"));
}

/** Convolutions have nothing to slide over on a vector. */
function checkVectors(spec: FitSpec): void {
  refuseOthers(fitTable, spec, "vectors", { images: "image states [batch, c, h, w] for it" });
  const { activation } = spec;
  const expected = "one for vectors, such as prelu: this field has no channels";
  check("activation", activation, expected, activation !== "channel-prelu");
}
