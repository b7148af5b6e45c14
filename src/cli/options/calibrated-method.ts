import { type SolveCalibration, weightsWarnings } from "../../hypersolver/index.js";
import type { FixedMethod } from "../../ode/index.js";
import { fail } from "../../tensor/index.js";
import { type ChosenMethod, missing } from "./method.js";
import { unusable } from "./usage-error.js";

/** A learned method whose file has bounds of its errors. */
export interface CalibratedMethod {
  readonly method: FixedMethod;
  readonly calibration: SolveCalibration;
}

/**
 * The method of `--guard`.
 * @throws a usage error for methods that nothing is known of; CARD_MISMATCH where weights are not those of the card.
 */
export function calibratedMethod({ method, correction, coefficients }: ChosenMethod): CalibratedMethod {
  const card = correction?.card ?? coefficients?.card;
  if (method.kind === "adaptive" || card === undefined)
    throw unusable("--guard", "a learned method, such as hyper:FILE:STEPS or ns:FILE", method.text);
  const isChanged =
    coefficients?.intact === false || (correction !== undefined && weightsWarnings(correction).length > 0);
  if (isChanged)
    throw fail("CARD_MISMATCH", {
      what: "guard",
      expected: "the weights that its card was written for, whose errors were measured",
      received: "others: they were changed afterwards",
      help: "fit again, or solve without a guard",
    });
  if (card.calibration !== undefined) return { method, calibration: card.calibration };
  throw missing("--guard", "a file with bounds of its errors: `fit` of this version measures them");
}
