import type { AdaptiveMethod, Field, RosenbrockMethod } from "../../ode/index.js";
import { isBelowRounding, stateType, unitRoundoff } from "../../ode/internal.js";
import type { Output } from "../terminal/output.js";

/**
 * Says that tolerances are finer than the field's element type, before the solve that would take long.
 * @param magnitude largest |z| of the states that the solve begins with.
 * @param advice what to do beside loosening them.
 */
export function warnOfTolerances(
  method: AdaptiveMethod | RosenbrockMethod,
  field: Field,
  magnitude: number,
  output: Output,
  advice = "",
): string[] {
  const { dtype } = stateType(field);
  if ((dtype !== "float32" && dtype !== "float64") || !isBelowRounding(method, dtype, magnitude)) return [];
  const { name, rtol, atol } = method;
  const floor = unitRoundoff[dtype].toPrecision(1);
  const loosest = dtype === "float32" ? "1e-7" : "1e-15";
  const warning =
    `rtol ${rtol} and atol ${atol} are below the rounding of ${dtype}, ${floor} of the ` +
    `state: more steps only add error; ask for ${loosest} or more, as in --method ${name}@${loosest}${advice}`;
  output.warn(warning);
  return [warning];
}
