import type { Field } from "../../ode/index.js";
import { completeSpec } from "../../spec/index.js";
import { fail } from "../../tensor/index.js";
import { subjectOf } from "../states/subject.js";
import { CLOSEST } from "./closest-start.js";
import { type CoefficientSpec, coefficientTable, type EffectiveCoefficients } from "./coefficient-table.js";
import { REGRESSION } from "./regressed-start.js";
import { startingMethod, usualStart } from "./starting-coefficients.js";

/** Up to so many evaluations training ends the same from any start, with networks on vectors even closer from a classical one. */
const FEW = 4;
/** With more evaluations a regression takes long (its cost is quadratic in them), and classical methods are close. */
const MANY = 32;

/**
 * Fills in all defaults.
 * @throws INVALID_ARGUMENT that names the option.
 */
export function resolveCoefficients(field: Field, spec: CoefficientSpec): EffectiveCoefficients {
  const subject = subjectOf(field);
  const complete = completeSpec(coefficientTable, spec, subject);
  const isFree = complete.family === "free" && !complete.consistent;
  const isUsual = subject === "images" || complete.evaluations > FEW;
  const isComputed = isFree && isUsual && complete.evaluations <= MANY;
  const usual = isComputed ? REGRESSION : usualStart(complete.evaluations);
  const { span, evaluations, trajectories, batch, start = usual } = complete;
  if (span[0] === span[1])
    throw fail("INVALID_ARGUMENT", {
      what: "span",
      expected: "two different numbers",
      received: span.join(", "),
    });
  if (complete.consistent && complete.family !== "free")
    throw fail("INVALID_ARGUMENT", {
      what: "consistent",
      expected: "family: free, for it keeps those coefficients from moving apart",
      received: `family: ${complete.family}`,
      help: "drop one of the two",
    });
  if (complete.consistent && evaluations === 1)
    throw fail("INVALID_ARGUMENT", {
      what: "consistent",
      expected: "2 evaluations or more: a consistent method of one is Euler's, with nothing to learn",
      received: "1 evaluation",
    });
  if (!isFree && start === REGRESSION)
    throw fail("INVALID_ARGUMENT", {
      what: "start",
      expected: "a method with a name, whose coefficients are consistent",
      received: REGRESSION,
      help: "regression finds free coefficients: drop consistent and family",
    });
  // Refuses a start that makes another number of evaluations.
  if (start !== CLOSEST && start !== REGRESSION) startingMethod(start, evaluations);
  return { ...complete, start, batch: Math.min(batch, trajectories) };
}
