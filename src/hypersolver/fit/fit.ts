import type { AdaptiveMethod, Field } from "../../ode/index.js";
import { tableauSpec } from "../../ode/internal.js";
import { type CurvePoint, runTraining, type TrainingOutcome } from "../../optim/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import type { Correction } from "../correction/correction.js";
import { hyper } from "../correction/hyper.js";
import { hasImageStates } from "../states/subject.js";
import { baseOf } from "./base-of.js";
import { watched } from "./better-solvers.js";
import { checkFit } from "./check-fit.js";
import { fitIdentity } from "./fit-identity.js";
import type { EffectiveFit, FitInputs, FitLoss, FitSettings } from "./fit-settings.js";
import type { FitSpec } from "./fit-table.js";
import { planImageFit } from "./image-fit.js";
import { resolveFit } from "./resolve-fit.js";
import { planVectorFit } from "./vector-fit.js";

/** A point of the training curve of a fit: means over a block of iterations. */
interface LossPoint {
  /** Last iteration of the block, counted over all phases. */
  readonly iteration: number;
  /** Mean over the iterations that were not skipped. */
  readonly loss: number;
  /** Which loss that is: phases have different ones. */
  readonly kind: FitLoss;
  readonly learningRate: number;
  /** Validation error, where it was measured. */
  readonly error?: number;
}

/** A finished (or interrupted) fit, before it is measured. */
export interface Fit {
  readonly correction: Correction;
  /** The spec that it went by, every choice made: fitted again by it, the same comes out. */
  readonly spec: EffectiveFit;
  /** How references were solved, and the noise floor that they leave. */
  readonly data: { readonly reference: AdaptiveMethod; readonly noiseFloor: number };
  readonly status: TrainingOutcome["status"];
  /** Iterations done, over all phases. */
  readonly iterations: number;
  /** Mean training loss of each block of iterations. */
  readonly losses: readonly LossPoint[];
  /**
   * Validation error of the correction that was kept, at the end of the span: mean Euclidean distance to the reference
   * for vectors, the same over the mean norm of the reference for images.
   */
  readonly bestError: number;
  /** Of this session for references; of all sessions for the fit. */
  readonly seconds: { readonly reference: number; readonly fit: number };
}

/** Of each phase: the last one may be short, and its iterations a hundred times as long. */
const SPACING = { points: 300, validations: 20, each: "phase" } as const;

/**
 * Fits a correction to a field: solves references, trains g, keeps what was best on validation states. States [batch, …]
 * get an MLP of all their numbers, or of those of a token (`RowLayout`), from a table of residuals; image states
 * [batch, c, h, w] convolutions, from reference batches that are solved while training goes on.
 * @param spec what to fit, as plain data: `fitTable` has the options.
 * @param inputs initial states, a correction to start from, and a checkpoint to go on from.
 * @throws INVALID_ARGUMENT for options that make no sense, a correction to start from of another base or with other inputs,
 *   or a checkpoint of another fit; SHAPE_MISMATCH for features of other sizes than the image; NON_FINITE when the field or
 *   the loss breaks; INTERRUPTED when there is nothing to keep yet.
 */
export async function fitCorrection(
  field: Field,
  spec: FitSpec,
  inputs: FitInputs,
  context: RunContext = {},
): Promise<Fit> {
  const { checkpoint } = inputs;
  const effective = resolveFit(field, spec);
  checkFit(field, spec, effective);
  const requested = settingsOf(effective, inputs, context);
  const started = performance.now();
  const plan = await (hasImageStates(field) ? planImageFit : planVectorFit)(field, requested);
  const reference = (performance.now() - started) / 1000;
  try {
    const how = {
      what: "fit",
      advice: "lower the learning rate, or check the field on these states",
      settings: fitIdentity(field, requested),
      spacing: SPACING,
      checkpoint,
      onCheckpoint: watched(inputs, (values) => hyper(plan.finished(values), { steps: plan.settings.steps })),
    };
    const { best, curve, seconds, ...outcome } = await runTraining(plan.task, how, context);
    return {
      correction: plan.finished(best?.values ?? plan.task.initial),
      spec: specOf(plan.settings),
      data: { reference: plan.reference, noiseFloor: plan.noiseFloor },
      ...outcome,
      losses: curve.map(lossPoint),
      bestError: best?.score[0] ?? Number.POSITIVE_INFINITY,
      seconds: { reference, fit: seconds },
    };
  } finally {
    await plan.dispose();
  }
}

function lossPoint({ iteration, loss, phase, learningRate, metrics: { error } }: CurvePoint): LossPoint {
  const point = { iteration, loss, kind: phase as FitLoss, learningRate };
  return error === undefined ? point : { ...point, error };
}

/** What a fit works by. */
export const settingsOf = (
  spec: EffectiveFit,
  { states, initial }: FitInputs,
  context: RunContext,
): FitSettings => ({
  ...spec,
  base: baseOf(spec.base),
  states,
  initial,
  compile: machineOf(context),
  context,
});

function specOf(settings: FitSettings): EffectiveFit {
  const { states: _, initial: _initial, compile: _compile, context: _context, base, ...spec } = settings;
  return { ...spec, base: tableauSpec(base) };
}
