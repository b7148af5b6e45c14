import type { Field, FixedMethod, Span } from "../../ode/index.js";
import { planMesh } from "../../ode/internal.js";
import { fail } from "../../tensor/index.js";
import { fingerprintOf } from "../files/fingerprint.js";
import type { SolveCalibration } from "./solve-calibration.js";

/** Bounds hold for what was calibrated, and for nothing else. */
export function requireCalibrated(
  calibration: SolveCalibration,
  field: Field,
  { name, grid }: FixedMethod,
  span: Span,
): void {
  const { mesh } = planMesh(grid, { span });
  const text = (method: string, steps: number, [t0, t1]: Span): string =>
    `${method}, ${steps === 1 ? "1 step" : `${steps} steps`} from ${t0} to ${t1}`;
  const expected = text(calibration.method, calibration.steps, calibration.span);
  const received = text(name, mesh.length - 1, span);
  const isField = fingerprintOf(field) === calibration.fingerprint;
  if (expected === received && isField) return;
  throw fail("CARD_MISMATCH", {
    what: "guard",
    expected: `what its bounds were calibrated for: ${expected}, for the field ${calibration.fingerprint}`,
    received: isField ? received : `another field (other operators or weights), ${fingerprintOf(field)}`,
    help: "solve without a guard, or fit for this use",
  });
}
