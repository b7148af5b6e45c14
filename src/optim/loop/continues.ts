import type { NamedTensors } from "../../runtime/index.js";
import { fail, formatShape } from "../../tensor/index.js";
import { sameShape } from "../../tensor/internal.js";
import type { Checkpoint } from "./checkpoint.js";

/**
 * Refuses a checkpoint of another training.
 * @throws INVALID_ARGUMENT saying how they differ.
 */
export function requireContinues(
  { settings: received, best }: Checkpoint,
  settings: string,
  initial: NamedTensors,
): void {
  if (received !== settings) {
    throw fail("INVALID_ARGUMENT", {
      what: "checkpoint",
      expected: `one of the same training: ${settings}`,
      received,
      help: "resume with the options that the training was begun with, or start anew",
    });
  }
  if (best !== undefined) requireLike(initial, best.values);
}

/** Values that are missing here would be missed only at the end of the training. */
function requireLike(initial: NamedTensors, best: NamedTensors): void {
  const told = (tensors: NamedTensors): string =>
    Object.entries(tensors)
      .map(([name, { dtype, shape }]) => `${name} ${dtype}${formatShape(shape)}`)
      .sort()
      .join(", ");
  const isLike = Object.entries(initial).every(
    ([name, { dtype, shape }]) => best[name]?.dtype === dtype && sameShape(best[name]?.shape ?? [], shape),
  );
  if (isLike && Object.keys(best).length === Object.keys(initial).length) return;
  throw fail("INVALID_ARGUMENT", {
    what: "checkpoint: best values",
    expected: told(initial),
    received: told(best),
    help: "start anew: the checkpoint is damaged, or of another network",
  });
}
