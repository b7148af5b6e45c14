import { fail } from "../../../tensor/index.js";
import { ab2, ab3 } from "./adams-bashforth.js";
import type { MultistepMethod } from "./multistep.js";
import { isMultistepName, multistepNames } from "./names.js";
import { pecHeun } from "./pec-heun.js";

/** Every multistep method of the library by its name. */
export const multistepMethods: Readonly<Record<(typeof multistepNames)[number], MultistepMethod>> =
  Object.freeze({ ab2, "pec-heun": pecHeun, ab3 });

/**
 * The multistep method of a name.
 * @throws INVALID_ARGUMENT that lists the known names.
 */
export function multistepNamed(name: string): MultistepMethod {
  if (isMultistepName(name)) return multistepMethods[name];
  throw fail("INVALID_ARGUMENT", {
    what: "method",
    expected: `one of ${multistepNames.join(", ")}`,
    received: JSON.stringify(name),
  });
}
