import { compileReference, MEASURING } from "../../hypersolver/internal.js";
import type { AdaptiveMethod, Field } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { cast, fail, type Tensor } from "../../tensor/index.js";

/** What is controlled: a simulation, or the thing itself. */
export interface Plant {
  /**
   * Holds controls for one interval.
   * @param z states at s, [plants, n]. @param u [plants, m].
   * @returns states after it, [plants, n].
   */
  advance(z: Tensor, u: Tensor, s: number, interval: number): Promise<Tensor>;
  dispose(): Promise<void>;
}

/**
 * A plant that follows a field, solved tightly whatever a controller believes.
 * @param method Default dopri5 at 1e-8 in float64.
 * @throws UNSUPPORTED_FIELD for a field with no control, or several.
 */
export async function fieldPlant(
  field: Field,
  method: AdaptiveMethod = MEASURING,
  context: RunContext = {},
): Promise<Plant> {
  const [control, second] = field.roles.controls;
  if (control === undefined || second !== undefined)
    throw fail("UNSUPPORTED_FIELD", {
      what: "plant",
      expected: "a field with one control",
      received: field.roles.controls.join(", ") || "none",
    });
  const reference = await compileReference(field, method, machineOf(context));
  return {
    advance: async (z, u, s, interval) => {
      const states = await reference.states(z, [s, s + interval], { [control]: u }, context.signal);
      return cast(states.at(-1) as Tensor, z.dtype);
    },
    dispose: () => reference.dispose(),
  };
}
