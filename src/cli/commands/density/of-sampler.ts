import { compileSamplerDensity } from "../../../models/index.js";
import { isReversible } from "../../../ode/internal.js";
import { formatNumber } from "../../../plot/internal.js";
import type { LoadedFlow } from "../../files/flows.js";
import { compileOptions, warnOfCard, warnOfCoefficients } from "../../files/models.js";
import { type ChosenMethod, usesOf } from "../../options/method.js";
import type { Machine } from "../../options/options.js";
import { unusable } from "../../options/usage-error.js";
import type { Output } from "../../terminal/output.js";
import { refuseSpareNoise } from "./spare-noise.js";
import type { DensityOptions } from "./table.js";
import type { DensityFound, DensityTrace } from "./text.js";
import type { DensityWay } from "./way.js";

/** Reversible methods run from base to data, and their inverses back: of the former the way back is always this one. */
export function isOfSampler({ sampler }: DensityOptions, { method }: ChosenMethod): boolean {
  if (!sampler) return isReversible(method) && !method.isInverse;
  if (method.kind === "fixed") return true;
  throw unusable(
    "--sampler",
    "a method in fixed steps: what step control makes of draws is no smooth map",
    method.text,
    "say the sampler's --method, such as heun:4, or drop --sampler",
  );
}

/** The density of what a sampler draws: its steps are undone, and their determinants are exact. */
export function ofSampler(
  flow: LoadedFlow,
  solver: ChosenMethod,
  options: DensityOptions & Machine,
  output: Output,
): DensityWay {
  const trace = exactTrace(options);
  return {
    trace,
    warnings: () => warningsOf(flow, solver, output),
    compile: (signal) =>
      compileSamplerDensity(flow, { ...compileOptions(options), method: solver.method, signal }),
  };
}

/** The determinant of a sampler is exact. */
function exactTrace(options: DensityOptions): DensityTrace {
  const { estimator } = options;
  refuseSpareNoise(options, "exact");
  if (estimator !== "hutchinson") return { estimator: "exact" };
  throw unusable("--estimator", "none: a sampler's determinant is exact", estimator);
}

function warningsOf(
  { field, span }: LoadedFlow,
  { method, correction, coefficients }: ChosenMethod,
  output: Output,
): string[] {
  if (correction === undefined) return warnOfCoefficients(coefficients, field, output);
  return warnOfCard(correction, field, usesOf(method, { span }), output);
}

/** Points that no draw leads to have no density of their own. */
export function unreachedText({ points }: DensityFound): string | undefined {
  const { unreached: count = 0, farthest = 0 } = points ?? {};
  if (count === 0) return undefined;
  const which = count === 1 ? "1 point is" : `${count} points are`;
  return (
    `${which} where no draw of the base was found to lead: told are the log-densities of the nearest places found, ` +
    `up to ${formatNumber(farthest)} away in standardized coordinates`
  );
}
