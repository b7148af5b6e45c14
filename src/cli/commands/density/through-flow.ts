import { standardized } from "../../../data/index.js";
import { coefficientWarnings } from "../../../hypersolver/index.js";
import { compileFlowDensity } from "../../../models/index.js";
import { densityEstimator } from "../../../models/internal.js";
import { DEFAULT_NOISE } from "../../../models/specs.js";
import { type Field, logDensityField } from "../../../ode/index.js";
import { stateType, withZeroColumns } from "../../../ode/internal.js";
import type { LoadedFlow } from "../../files/flows.js";
import { compileOptions, warnOfCard, warnOfCoefficients, warnOfStates } from "../../files/models.js";
import type { Points } from "../../files/points.js";
import { forOption } from "../../options/for-option.js";
import { type ChosenMethod, usesOf } from "../../options/method.js";
import type { Machine } from "../../options/options.js";
import type { Output } from "../../terminal/output.js";
import { refuseSpareNoise } from "./spare-noise.js";
import type { DensityOptions } from "./table.js";
import type { DensityTrace } from "./text.js";
import type { DensityWay } from "./way.js";

/** From the points to the base, along with the integral of the divergence. */
export function throughFlow(
  flow: LoadedFlow,
  solver: ChosenMethod,
  options: DensityOptions & Machine,
  output: Output,
): DensityWay {
  const trace = traceOf(flow, options, solver);
  const { seed, toleranceOnState = false } = options;
  const { method } = solver;
  return {
    trace,
    warnings: (points) => cardWarningsOf(flow, solver, points, output),
    compile: (signal) =>
      compileFlowDensity(flow, {
        ...compileOptions(options),
        ...trace,
        method,
        seed,
        toleranceOnState,
        signal,
      }),
  };
}

/** How the divergence is found. */
function traceOf(flow: LoadedFlow, options: DensityOptions, { method }: ChosenMethod): DensityTrace {
  const wanted = { method, estimator: options.estimator };
  const estimator = forOption("--estimator", () => densityEstimator(flow, wanted));
  refuseSpareNoise(options, estimator);
  const { noise = DEFAULT_NOISE } = options;
  return estimator === "exact" ? { estimator } : { estimator, noise };
}

/** What was learned is of the points, or of points and log-density together: both run from data to base. */
function cardWarningsOf(
  { field, span: [base, data], standardization }: LoadedFlow,
  { method, correction, coefficients }: ChosenMethod,
  points: Points | undefined,
  output: Output,
): string[] {
  const whole = (): Field => logDensityField(field, { estimator: "exact" }).field;
  if (correction === undefined) {
    const isOfWhole = coefficients !== undefined && coefficientWarnings(coefficients, whole()).length === 0;
    return isOfWhole ? [] : warnOfCoefficients(coefficients, field, output);
  }
  const wide = Number(correction.card.stateShape.at(-1)) === Number(stateType(field).shape.at(-1)) + 1;
  const warnings = warnOfCard(
    correction,
    wide ? whole() : field,
    usesOf(method, { span: [data, base] }),
    output,
  );
  if (points === undefined) return warnings;
  const states = standardized(points.value, standardization);
  const z0 = wide ? withZeroColumns(states, 1) : states;
  return [...warnings, ...warnOfStates(correction, z0, data, output)];
}
