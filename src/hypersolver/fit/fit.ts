import { type Field, tableauNamed } from "../../ode/index.js";
import { machineOf, type ProgressEvent, type RunContext } from "../../runtime/index.js";
import type { Correction } from "../correction/correction.js";
import type { ReferenceSettings } from "../reference/reference.js";
import { checkFit } from "./check-fit.js";
import { type FitOutcome, type LossPoint, runPhases } from "./fit-loop.js";
import type { EffectiveFit, FitInputs, FitProgress, FitSettings } from "./fit-options.js";
import type { FitSpec } from "./fit-table.js";
import { planImageFit } from "./image-fit.js";
import { hasImageStates, resolveFit } from "./resolve-fit.js";
import { planVectorFit } from "./vector-fit.js";

export type { LossPoint };

/** A finished (or interrupted) fit, before it is measured. */
export interface Fit {
  readonly correction: Correction;
  /** The spec that it went by, every choice made: fitted again by it, the same comes out. */
  readonly spec: EffectiveFit;
  /** How references were solved, and the noise floor that they leave. */
  readonly data: { readonly settings: ReferenceSettings; readonly noiseFloor: number };
  readonly status: FitOutcome["status"];
  /** Iterations done, over all phases. */
  readonly iterations: number;
  /** Mean training loss of each block of iterations. */
  readonly losses: readonly LossPoint[];
  /**
   * Validation error of the correction that was kept, at the end of the span: mean Euclidean distance to the reference
   * for vectors, the same over the mean norm of the reference for images.
   */
  readonly bestError: number;
  readonly seconds: { readonly reference: number; readonly fit: number };
}

/**
 * Fits a correction to a field: solves references, trains g, keeps what was best on validation states. Vector states
 * [batch, n] get an MLP from a table of residuals, image states [batch, c, h, w] convolutions from reference batches
 * that are solved while training goes on.
 * @param spec what to fit, as plain data: `fitTable` has the options.
 * @param inputs initial states.
 * @throws INVALID_ARGUMENT for options that make no sense; SHAPE_MISMATCH for other states, or features of other sizes
 *   than the image; NON_FINITE when the field or the loss breaks; INTERRUPTED when there is nothing to keep yet.
 */
export async function fitCorrection(
  field: Field,
  spec: FitSpec,
  inputs: FitInputs,
  context: RunContext = {},
): Promise<Fit> {
  const effective = resolveFit(field, spec);
  checkFit(field, spec, effective);
  const requested = settingsOf(effective, inputs, context);
  const started = performance.now();
  const plan = await (hasImageStates(field) ? planImageFit : planVectorFit)(field, requested);
  const prepared = performance.now();
  try {
    const { parameters, ...outcome } = await runPhases(plan);
    const seconds = { reference: (prepared - started) / 1000, fit: (performance.now() - prepared) / 1000 };
    const { reference, noiseFloor } = plan;
    const data = { settings: reference, noiseFloor };
    return { correction: plan.finished(parameters), spec: specOf(plan.settings), data, seconds, ...outcome };
  } finally {
    await plan.dispose();
  }
}

/** What a fit works by. */
export function settingsOf(spec: EffectiveFit, { states }: FitInputs, context: RunContext): FitSettings {
  const { signal, onProgress } = context;
  return {
    ...spec,
    base: tableauNamed(spec.base),
    states,
    compile: machineOf(context),
    ...(signal && { signal }),
    ...(onProgress && { onProgress: (progress) => onProgress(eventOf(progress)) }),
  };
}

const specOf = ({
  compile: _,
  onProgress: __,
  signal: ___,
  states: ____,
  base,
  ...spec
}: FitSettings): EffectiveFit => ({
  ...spec,
  base: base.name,
});

const stages: Readonly<Record<FitProgress["phase"], string>> = {
  reference: "solving references",
  fit: "fitting",
  measure: "measuring methods",
};

function eventOf({ phase, done, total, loss, error }: FitProgress): ProgressEvent {
  const metrics = { ...(loss !== undefined && { loss }), ...(error !== undefined && { error }) };
  return { stage: stages[phase], done, total, metrics };
}
