import { fail } from "../../tensor/index.js";
import type { StepControl } from "../step-control/step-control.js";

/** @throws INVALID_ARGUMENT where error control is to see columns of a state that has none. */
export function refuseColumns({ toleranceColumns }: StepControl): void {
  if (toleranceColumns === undefined) return;
  throw fail("INVALID_ARGUMENT", {
    what: "toleranceColumns",
    expected: "a compiled field: the state of a JavaScript field has no columns",
    received: String(toleranceColumns),
    help: "give a norm instead",
  });
}
