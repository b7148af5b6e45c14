import { shortNumber } from "../../tensor/internal.js";
import type { Solution, SolutionRecorder } from "../problem/solution.js";
import type { AdaptiveStepper } from "./stepper.js";
import { belowRounding } from "./tolerance-floor.js";

/** A solve on its way from t0 to t1. */
interface Underway<Y> {
  readonly stepper: Pick<AdaptiveStepper<Y>, "coarseType">;
  readonly recorder: SolutionRecorder<Y>;
  readonly t0: number;
  readonly t1: number;
}

/** Attempts after which it is judged by how far it came. */
const FORECAST_AFTER = 500;

/**
 * What ends a solve whose tolerances are below the rounding of its states: its steps shrink until rounding passes for an
 * error within tolerance, and at the rate until then it would use up all its attempts on the way.
 * @returns undefined where tolerances can be met, or the attempts suffice.
 */
export function lostCause<Y>(
  { stepper, recorder, t0, t1 }: Underway<Y>,
  { s, y, stepSize }: { readonly s: number; readonly y: Y; readonly stepSize: number },
  maxSteps: number,
): Solution<Y> | undefined {
  const tried = recorder.triedSteps;
  const within = (Math.abs(s - t0) / tried) * maxSteps;
  if (tried !== FORECAST_AFTER || within >= Math.abs(t1 - t0)) return undefined;
  const dtype = stepper.coarseType(y);
  if (dtype === undefined) return undefined;
  const other = dtype === "float32" ? ", or solve in float64" : "";
  const advice = `and no step can meet them: loosen rtol and atol${other}.`;
  const message = `The step size fell to ${shortNumber(stepSize)} at s = ${shortNumber(s)}, too short to reach ${shortNumber(t1)} in ${maxSteps} attempts. ${belowRounding(dtype, advice)}`;
  return recorder.finish("step-underflow", message);
}
