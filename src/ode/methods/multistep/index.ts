import { fail } from "../../../tensor/index.js";
import { ab2, ab3 } from "./adams-bashforth.js";
import { ddim, dpmpp2m } from "./exponential.js";
import type { MultistepMethod } from "./multistep.js";
import { type exponentialNames, isMultistepName, type multistepNames, steppedNames } from "./names.js";
import { pecHeun } from "./pec-heun.js";

/** Every multistep method of the library by its name. */
export const multistepMethods: Readonly<Record<(typeof multistepNames)[number], MultistepMethod>> =
  Object.freeze({ ab2, "pec-heun": pecHeun, ab3 });

/** Methods for fields that lead from noise to data, by their name: their coefficients follow from the field's schedule. */
export const exponentialMethods: Readonly<Record<(typeof exponentialNames)[number], MultistepMethod>> =
  Object.freeze({ ddim, dpmpp2m });

/**
 * The multistep method of a name.
 * @throws INVALID_ARGUMENT that lists the known names.
 */
export function multistepNamed(name: string): MultistepMethod {
  if (isMultistepName(name)) return { ...multistepMethods, ...exponentialMethods }[name];
  throw fail("INVALID_ARGUMENT", {
    what: "method",
    expected: `one of ${steppedNames.join(", ")}`,
    received: JSON.stringify(name),
  });
}
