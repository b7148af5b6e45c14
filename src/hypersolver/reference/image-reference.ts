import { type AdaptiveMethod, type Field, fixed } from "../../ode/index.js";
import { cast, fail, Random } from "../../tensor/index.js";
import type { FitSettings } from "../fit/fit-settings.js";
import { measureMethod, referenceEnds, stateErrors } from "../measure/measure.js";
import { looserTolerance, MEASURING, referenceAt } from "./reference.js";

/** A reference, and its error over the target step in units of the residual. */
export interface ChosenReference {
  readonly reference: AdaptiveMethod;
  readonly noiseFloor: number;
}

/** Tolerances to choose from: the paper's first (appendix C.2); float32 rounding ends below the last. */
const TOLERANCES = [1e-3, 1e-4, 1e-5, 1e-6];
/** Largest share of a residual that may be the reference's error: a good g is within some 5%. */
const NOISE_SHARE = 0.005;
/** Images that are solved in float64 to find out. */
const SAMPLES = 4;

/**
 * The reference of a fit on images. A residual divides its error by ε^(p+1), so the loosest tolerance is taken whose error
 * over the first target step, against dopri5 at 1e-8 in float64, is below half a percent of the residual; or the one asked for.
 * Solved in float32 from 1e-6 upwards; rounding there adds some 1e-7 ‖z‖/ε^(p+1) to the noise, which no tolerance removes.
 */
export async function chooseImageReference(field: Field, fit: FitSettings): Promise<ChosenReference> {
  const { span, steps, base, referenceTolerance, compile } = fit;
  const epsilon = (span[1] - span[0]) / steps;
  const scale = Math.abs(epsilon) ** (base.order + 1);
  const step = [span[0], span[0] + epsilon] as const;
  const samples = await fit.states.training(SAMPLES, new Random(fit.seed).fork("noise floor"));
  const exact = await referenceEnds(field, step, samples, MEASURING, compile);
  const noiseOf = async (reference: AdaptiveMethod): Promise<number> => {
    const ends = await referenceEnds(field, step, samples, reference, compile);
    return stateErrors(cast(ends, "float64"), exact).mean / scale;
  };
  if (referenceTolerance !== undefined) {
    const reference = referenceAt(referenceTolerance);
    return { reference, noiseFloor: await noiseOf(reference) };
  }
  const bare = await measureMethod(field, fixed(base, { steps: 1 }), step, samples, exact, compile);
  const residual = bare.errors.mean / scale;
  let chosen: ChosenReference = { reference: MEASURING, noiseFloor: Number.POSITIVE_INFINITY };
  for (const tolerance of TOLERANCES) {
    const reference = referenceAt(tolerance);
    const noiseFloor = await noiseOf(reference);
    // A tighter tolerance that does not help is rounding: what was there before is as good and cheaper.
    if (noiseFloor < chosen.noiseFloor / 2) chosen = { reference, noiseFloor };
    if (noiseFloor <= NOISE_SHARE * residual) break;
  }
  return chosen;
}

/** The reference that endpoints are compared with while fitting: over the whole span nothing lands on mesh points. */
export const endpointReference = (reference: AdaptiveMethod): AdaptiveMethod =>
  referenceAt(Math.min(looserTolerance(reference), 1e-5));

/** @throws INTERRUPTED when the signal was raised before anything was fitted. */
export function requireGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw fail("INTERRUPTED", {
    what: "fit",
    received: "a stop while references were being solved",
    help: "nothing was fitted yet",
  });
}
