import type { ActivationName } from "../../nn/specs.js";
import type { ButcherTableau, Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import type { NamedTensors } from "../../runtime/index.js";
import { fail, formatShape } from "../../tensor/index.js";
import type { Correction } from "../correction/correction.js";
import { stageCorrection } from "./stage-network.js";

/** A correction for any field: it sees what the stages reveal, and nothing that belongs to one field. */
export interface SharedCorrection {
  readonly base: ButcherTableau;
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly parameters: NamedTensors;
  /**
   * The same numbers as a correction of one field: to solve with, to adapt (`initial` of a fit), to export.
   * @throws SHAPE_MISMATCH unless its states are vectors [batch, n].
   */
  on(field: Field): Correction;
}

/** The shared correction of these values. */
export function sharedCorrection({
  base,
  hidden,
  activation,
  parameters,
}: Omit<SharedCorrection, "on">): SharedCorrection {
  return {
    base,
    hidden,
    activation,
    parameters,
    on: (field) => {
      const { shape } = stateType(field);
      if (shape.length === 2) return stageCorrection(base, { hidden, activation }, shape, parameters);
      throw fail("SHAPE_MISMATCH", {
        what: "shared correction",
        expected: "a field of vectors [batch, n]",
        received: formatShape(shape),
      });
    },
  };
}
