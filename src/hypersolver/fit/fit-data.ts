import type { AdaptiveMethod, Field } from "../../ode/index.js";
import { isStopped } from "../../runtime/internal.js";
import { fail, Random, toFloat64 } from "../../tensor/index.js";
import { referenceEnds, stateErrors } from "../measure/measure.js";
import { chooseReference, looserTolerance, MEASURING, referenceAt } from "../reference/reference.js";
import { SOLVING_REFERENCES } from "../reference/reference-data.js";
import type { RowTable } from "../reference/row-table.js";
import { residualData } from "../reference/training-data.js";
import { trajectoryData } from "../reference/trajectory-data.js";
import type { Samples } from "../states/states.js";
import type { FitSettings } from "./fit-settings.js";

/** Everything that is solved ahead of a fit. */
export interface FitData {
  readonly reference: AdaptiveMethod;
  readonly rows: RowTable;
  /** Present for trajectory losses. */
  readonly paths: RowTable | undefined;
  /** Mean Euclidean error of the reference over the target step, divided by ε^(p+1): no loss can fall below it. */
  readonly noiseFloor: number;
}

/** Samples on which the noise floor is measured. */
const NOISE_SAMPLES = 256;

/** Solves the references of a fit: residual rows always (their statistics scale the network), paths when asked for. */
export async function prepareData(field: Field, fit: FitSettings): Promise<FitData> {
  const { span, steps, base, context } = fit;
  const random = new Random(fit.seed);
  const target = Math.abs(span[1] - span[0]) / steps;
  const smallest = fit.epsilon === null ? target : Math.min(target, fit.epsilon[0]);
  const reference = chooseReference(smallest, base.order, fit.referenceTolerance);
  const samples = await fit.states.training(fit.trajectories, random);
  const shared = {
    field,
    span,
    steps,
    samples,
    reference,
    random,
    context,
  };
  const withPaths = fit.loss !== "residual" || fit.trajectoryIterations > 0;
  const report = progressOf(fit, withPaths ? 2 : 1);
  const rows = await residualData({
    ...shared,
    base,
    correction: { inputs: fit.inputs, features: fit.features },
    epsilon: fit.epsilon ?? undefined,
    together: fit.together,
    directions: fit.directions,
    onProgress: report(0),
  });
  const paths = withPaths ? await trajectoryData({ ...shared, onProgress: report(1) }) : undefined;
  if (isStopped(context)) {
    throw fail("INTERRUPTED", {
      what: "fit",
      received: "a stop while references were being solved",
      help: "nothing was fitted yet",
    });
  }
  return { reference, rows, paths, noiseFloor: await noiseFloor(field, fit, reference, random) };
}

function progressOf(
  { context, trajectories }: FitSettings,
  parts: number,
): (part: number) => (share: number) => void {
  return (part) => (share) => {
    const done = Math.round(((part + share) / parts) * trajectories);
    context.onProgress?.({ stage: SOLVING_REFERENCES, done, total: trajectories });
  };
}

/** Measures the reference's own error over one target step against a far tighter one. */
async function noiseFloor(
  field: Field,
  fit: FitSettings,
  reference: AdaptiveMethod,
  random: Random,
): Promise<number> {
  const { span, steps, base, compile } = fit;
  const epsilon = (span[1] - span[0]) / steps;
  const samples: Samples = await fit.states.training(NOISE_SAMPLES, random.fork("noise floor"));
  const step = [span[0], span[0] + epsilon] as const;
  const tight = referenceAt(Math.min(MEASURING.rtol, looserTolerance(reference) / 100));
  const used = await referenceEnds(field, step, samples, reference, compile);
  const exact = await referenceEnds(field, step, samples, tight, compile);
  return (
    stateErrors({ ...used, dtype: "float64", data: toFloat64(used) }, exact).mean /
    Math.abs(epsilon) ** (base.order + 1)
  );
}
