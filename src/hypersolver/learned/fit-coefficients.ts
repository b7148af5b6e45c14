import { cast } from "../../graph/index.js";
import {
  type AdaptiveMethod,
  type Field,
  type NonStationaryCoefficients,
  type NonStationaryMethod,
  nonStationary,
} from "../../ode/index.js";
import { adam, compileTraining } from "../../optim/index.js";
import {
  type CurvePoint,
  runTraining,
  type TrainerPhase,
  type TrainingOutcome,
  type TrainingTask,
} from "../../optim/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { Random } from "../../tensor/index.js";
import { fingerprintOf } from "../files/fingerprint.js";
import type { FitInputs } from "../fit/fit-settings.js";
import { fitTrainer } from "../fit/fit-trainer.js";
import { fitSchedule } from "../fit/learning-rate.js";
import { hasImageStates } from "../fit/resolve-fit.js";
import { referenceAt } from "../reference/reference.js";
import { coefficientsAt, startingDeviations } from "./coefficient-parameters.js";
import { coefficientNodes, floatState, pairSpecs, siteOf } from "./coefficient-program.js";
import type { CoefficientSpec, EffectiveCoefficients } from "./coefficient-table.js";
import { type CoefficientValidation, compileCoefficientValidation } from "./coefficient-validation.js";
import { endDistance, logEndDistance } from "./end-error.js";
import { type EndPairs, endPairs, pairBatches, pairFeeds } from "./end-pairs.js";
import { resolveCoefficients } from "./resolve-coefficients.js";
import { startingCoefficients } from "./starting-coefficients.js";

/** Fitted coefficients. */
export interface CoefficientFit {
  /** What did best on validation states, the start among them. */
  readonly method: NonStationaryMethod;
  /** Every choice made: fitted again by it, the same comes out. */
  readonly spec: EffectiveCoefficients;
  readonly reference: AdaptiveMethod;
  /** How many numbers were free. */
  readonly parameters: number;
  readonly status: TrainingOutcome["status"];
  readonly iterations: number;
  readonly curve: readonly CurvePoint[];
  /** Validation errors at the end of the span: mean Euclidean, over the mean norm of the reference for images. */
  readonly startError: number;
  readonly bestError: number;
  /** Of this session for references; of all sessions for the fit. */
  readonly seconds: { readonly reference: number; readonly fit: number };
}

/** States to validate on. */
const VALIDATION_SAMPLES = { vectors: 512, images: 16 };
const SPACING = { points: 200, validations: 40, each: "run" } as const;

/** What progress calls it. */
export const FITTING_COEFFICIENTS = "fitting coefficients";

/**
 * Fits coefficients of a solver's own to a field: n evaluations over one span, moved by Adam through the whole solve, from a
 * method of as many evaluations towards reference states at the end.
 * @param spec what to fit, as plain data: `coefficientTable` has the options.
 * @throws INVALID_ARGUMENT for options that make no sense, or a checkpoint of another fit; NON_FINITE when the field or the
 *   loss breaks; INTERRUPTED when there is nothing to keep yet.
 */
export async function fitCoefficients(
  field: Field,
  spec: CoefficientSpec,
  inputs: FitInputs,
  context: RunContext = {},
): Promise<CoefficientFit> {
  const { checkpoint, onCheckpoint, states } = inputs;
  const effective = resolveCoefficients(field, spec);
  const start = startingCoefficients(effective.start, effective.evaluations);
  const begun = performance.now();
  const reference = referenceAt(effective.referenceTolerance);
  const random = new Random(effective.seed);
  const samples = hasImageStates(field) ? VALIDATION_SAMPLES.images : VALIDATION_SAMPLES.vectors;
  const { span, trajectories } = effective;
  const training = await states.training(trajectories, random);
  const pairs = await endPairs(field, span, training, reference, context);
  const held = await endPairs(field, span, await states.validation(samples, random), reference, context);
  const seconds = (performance.now() - begun) / 1000;
  const validation = await compileCoefficientValidation(field, start, effective, held, context);
  try {
    const startError = await validation.error(startingDeviations(start, effective));
    const how = {
      what: "fit",
      advice: "lower the learning rate, or check the field on these states",
      settings: identityOf(field, effective, states),
      spacing: SPACING,
      ...(checkpoint && { checkpoint }),
      ...(onCheckpoint && { onCheckpoint }),
    };
    const task = taskOf(field, start, effective, pairs, validation, context);
    const { best, seconds: fit, ...outcome } = await runTraining(task, how, context);
    const coefficients = coefficientsAt(start, effective, best?.values ?? task.initial);
    return {
      ...outcome,
      method: nonStationary(coefficients, { mesh: span }),
      spec: effective,
      reference,
      parameters: Object.keys(task.initial).length,
      startError,
      bestError: best?.score[0] ?? startError,
      seconds: { reference: seconds, fit },
    };
  } finally {
    await validation.dispose();
  }
}

/** What decides the outcome, as text. */
function identityOf(field: Field, spec: EffectiveCoefficients, { description }: FitInputs["states"]): string {
  const all = { ...spec, field: fingerprintOf(field), states: description };
  return JSON.stringify(Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function taskOf(
  field: Field,
  start: NonStationaryCoefficients,
  spec: EffectiveCoefficients,
  pairs: EndPairs,
  validation: CoefficientValidation,
  context: RunContext,
): TrainingTask {
  const { dtype } = floatState(field);
  const { iterations, learningRate, finalLearningRate, batch, seed, span } = spec;
  const loss = spec.loss === "log" ? logEndDistance : endDistance;
  const phase: TrainerPhase = {
    name: spec.loss,
    stage: FITTING_COEFFICIENTS,
    iterations,
    learningRate: fitSchedule(iterations, learningRate, finalLearningRate),
    start: async ({ last: parameters }) => {
      const training = await compileTraining({
        parameters,
        batch: pairSpecs(field, batch),
        loss: (values, nodes) => {
          const coefficients = coefficientNodes(start, spec, values, dtype);
          return cast(loss(field, coefficients, { ...siteOf(field, nodes), span }), "float64");
        },
        optimizer: adam(),
        compile: { hot: true, ...machineOf(context) },
      });
      return fitTrainer(
        training,
        pairBatches(pairFeeds(pairs, dtype), batch, new Random(seed).fork("batches")),
      );
    },
  };
  return {
    initial: startingDeviations(start, spec),
    phases: [phase],
    validate: async (values) => {
      const error = await validation.error(values);
      return { score: [error], metrics: { error } };
    },
    keepsInitial: true,
  };
}
