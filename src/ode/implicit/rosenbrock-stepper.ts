import type { FloatDType } from "../../tensor/index.js";
import type { RosenbrockTableau } from "../methods/rosenbrock/tableau.js";
import { firstBadIndex } from "../plain/plain-field.js";
import { firstStepSize, scaledNorm, type Tolerance } from "../plain/plain-stepper.js";
import type { AdaptiveStepper } from "../step-control/stepper.js";
import { isBelowRounding, largestOf } from "../step-control/tolerance-floor.js";
import type { Linearization, LinearizedField } from "./linearized-field.js";
import { insideStep, rosenbrockStep } from "./rosenbrock-step.js";

/**
 * Steps float64 states by a Rosenbrock method. The field is linearized once where a step begins: attempts that are rejected
 * share that.
 * @param dtype in which f is computed.
 */
export function rosenbrockStepper(
  tableau: RosenbrockTableau,
  field: LinearizedField,
  tolerance: Tolerance,
  dtype: FloatDType = "float64",
): AdaptiveStepper<Float64Array> {
  const errorOrder = tableau.embeddedOrder + 1;
  let known: { readonly y: Float64Array; readonly linear: Linearization } | undefined;
  return {
    errorOrder,
    evaluationsPerTrial: tableau.a.length - 1,
    evaluate: async (s, y) => {
      const k = await field.evaluate(s, y);
      return { k, firstBadIndex: firstBadIndex(k) };
    },
    initialStep: (s, y, k0, span) =>
      firstStepSize((at, state) => field.evaluate(at, state), tolerance, errorOrder, { s, y, k0, span }),
    trial: async (s, dt, y, k0) => {
      const isNew = known?.y !== y;
      const linear = known?.y === y ? known.linear : await field.linearize({ s, dt, y, k: k0 });
      known = { y, linear };
      const { y1, stages, error } = await rosenbrockStep(tableau, field, { s, dt, y, k0, linear });
      return {
        y1,
        stages,
        k1: undefined,
        errorRatio: scaledNorm(tolerance, error, y, y1),
        firstBadIndex: [y1, ...stages].map(firstBadIndex).find((index) => index !== undefined),
        ...(isNew && { linearization: field.evaluationsPerLinearization }),
      };
    },
    interpolate: ({ y0, y1, stages }, theta) => insideStep(tableau, theta, { y0, y1, stages }),
    coarseType: (y) => (isBelowRounding(tolerance, dtype, largestOf(y)) ? dtype : undefined),
    firstBadIndex,
  };
}
