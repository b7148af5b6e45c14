import type { FixedMethod } from "../../ode/index.js";
import type { Checkpoint } from "../../optim/index.js";
import type { NamedTensors } from "../../runtime/index.js";
import type { FitInputs } from "./fit-settings.js";

/**
 * The `onCheckpoint` of a fit that somebody may watch: tells of solvers that became better, then keeps the checkpoint.
 * @param methodOf the solver of trained values.
 */
export function watched(
  { onBetter, onCheckpoint }: FitInputs,
  methodOf: (values: NamedTensors) => FixedMethod,
): FitInputs["onCheckpoint"] {
  if (onBetter === undefined) return onCheckpoint;
  let told: NamedTensors | undefined;
  return async (checkpoint: Checkpoint) => {
    const values = checkpoint.best?.values;
    if (values !== undefined && values !== told) {
      told = values;
      await onBetter(methodOf(values));
    }
    await onCheckpoint?.(checkpoint);
  };
}
