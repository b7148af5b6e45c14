import { mul, type NamedNodes, type Node, sum } from "../../graph/index.js";
import { initialize } from "../../nn/index.js";
import type { Field, Span } from "../../ode/index.js";
import { tableauSpec } from "../../ode/internal.js";
import { adamw, compileTraining } from "../../optim/index.js";
import {
  type CurvePoint,
  runTraining,
  type TrainerPhase,
  type TrainingOutcome,
  type Verdict,
} from "../../optim/internal.js";
import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { completeSpec } from "../../spec/index.js";
import { fail, Random } from "../../tensor/index.js";
import type { Correction } from "../correction/correction.js";
import { columnStatistics, rootMeanSquare } from "../correction/statistics.js";
import { fingerprintOf } from "../files/fingerprint.js";
import { baseOf } from "../fit/base-of.js";
import { batchSchedule } from "../fit/batch-schedule.js";
import { settingsOf } from "../fit/fit.js";
import { type FitData, prepareData } from "../fit/fit-data.js";
import { FITTING } from "../fit/fit-plan.js";
import type { FitInputs, FitSettings } from "../fit/fit-settings.js";
import { fitTrainer } from "../fit/fit-trainer.js";
import { fitSchedule } from "../fit/learning-rate.js";
import { residualLoss } from "../fit/losses.js";
import { resolveFit } from "../fit/resolve-fit.js";
import { compileValidation } from "../fit/validation.js";
import { CLIP_NORM } from "../fit/vector-fit.js";
import { Batches, columnValues } from "../reference/row-table.js";
import { RESIDUAL } from "../reference/training-data.js";
import type { StateSource } from "../states/states.js";
import { type SharedCorrection, sharedCorrection } from "./shared-correction.js";
import { type CompleteShared, type SharedSpec, sharedTable } from "./shared-table.js";
import { coefficientNetwork } from "./stage-network.js";

/** One of the fields that a shared correction learns from, and the solve that it is to be good at. */
export interface SharedProblem {
  readonly name: string;
  readonly field: Field;
  readonly states: StateSource;
  readonly span: Span;
  readonly steps: number;
}

/** A finished (or interrupted) fit to several fields. */
export interface SharedFit {
  readonly correction: SharedCorrection;
  readonly spec: CompleteShared;
  readonly status: TrainingOutcome["status"];
  readonly iterations: number;
  readonly curve: readonly CurvePoint[];
  /** Geometric mean over the fields of its validation error over that of the base alone; below 1 it helps. */
  readonly bestRatio: number;
  readonly seconds: number;
}

const SPACING = { points: 200, validations: 20, each: "phase" } as const;
const VALIDATION_SAMPLES = 256;

/**
 * Fits one correction to fields that have nothing in common, not even the width of their states: residuals of all of them,
 * each in units of its own, are one loss. What does best on validation states over all fields is kept.
 * @throws INVALID_ARGUMENT for no fields, two of one name, a base of one stage, or options that make no sense; SHAPE_MISMATCH
 *   for states that are no vectors; NON_FINITE when a field or the loss breaks; INTERRUPTED when there is nothing to keep yet.
 */
export async function fitShared(
  problems: readonly SharedProblem[],
  spec: SharedSpec,
  inputs: Pick<FitInputs, "checkpoint" | "onCheckpoint"> = {},
  context: RunContext = {},
): Promise<SharedFit> {
  requireProblems(problems);
  const complete = completeSpec(sharedTable, spec);
  const base = baseOf(complete.base);
  const { hidden, activation, seed } = complete;
  const network = coefficientNetwork(base, complete);
  const initial = initialize(network, new Random(seed).fork("network"));
  const shared = (parameters: NamedTensors): SharedCorrection =>
    sharedCorrection({ base, hidden, activation, parameters });
  const learned: Learned[] = [];
  try {
    for (const problem of problems)
      learned.push(await prepared(problem, complete, shared(initial).on(problem.field), context));
    const validate = (values: NamedTensors): Promise<Verdict> => verdict(learned, values);
    const phases = [phaseOf(learned, complete, context)];
    const outcome = await runTraining(
      { initial, phases, validate, keepsInitial: true },
      {
        what: "fit",
        advice: "lower the learning rate, or check the fields on these states",
        settings: identityOf(problems, complete),
        spacing: SPACING,
        ...inputs,
      },
      context,
    );
    const { best, ...rest } = outcome;
    const [score = 0] = best?.score ?? [];
    return {
      correction: shared(best?.values ?? initial),
      spec: { ...complete, base: tableauSpec(base) },
      bestRatio: Math.exp(score),
      ...rest,
    };
  } finally {
    for (const { validation } of learned) await validation.dispose();
  }
}

/** A field with what is learned from it. */
interface Learned {
  readonly name: string;
  readonly correction: Correction;
  readonly data: FitData;
  /** Size of its residuals. */
  readonly scale: number;
  readonly batch: number;
  readonly validation: Awaited<ReturnType<typeof compileValidation>>;
  /** Validation error of the base alone. */
  readonly baseError: number;
}

async function prepared(
  { name, field, states, span, steps }: SharedProblem,
  { base, trajectories, referenceTolerance, seed, ...spec }: CompleteShared,
  correction: Correction,
  context: RunContext,
): Promise<Learned> {
  const given = referenceTolerance === undefined ? {} : { referenceTolerance };
  const asked = { base, steps, span, trajectories, seed, inputs: correction.inputs, ...given };
  const fit: FitSettings = settingsOf(resolveFit(field, asked), { states }, context);
  const data = await prepareData(field, fit);
  const rms = rootMeanSquare(columnStatistics(columnValues(data.rows, RESIDUAL)));
  const validation = await compileValidation(field, correction, fit, data.reference, {
    samples: VALIDATION_SAMPLES,
    relative: true,
  });
  return {
    name,
    correction,
    data,
    scale: Math.hypot(...rms),
    batch: Math.min(spec.batch, data.rows.data.shape[0] ?? 0),
    validation,
    baseError: await validation.error(correction.parameters),
  };
}

/** Mean log of the errors over those of the base. */
async function verdict(learned: readonly Learned[], values: NamedTensors): Promise<Verdict> {
  const metrics: Record<string, number> = {};
  let total = 0;
  for (const { name, validation, baseError } of learned) {
    const ratio = (await validation.error(values)) / baseError;
    metrics[`ratio ${name}`] = ratio;
    total += Math.log(ratio) / learned.length;
  }
  return { score: [total], metrics };
}

/** Residuals of all fields at once. */
const phaseOf = (learned: readonly Learned[], spec: CompleteShared, context: RunContext): TrainerPhase => ({
  name: "residual",
  stage: FITTING,
  iterations: spec.iterations,
  learningRate: fitSchedule(spec.iterations, spec.learningRate, spec.finalLearningRate),
  start: async ({ last }) => {
    const machine = { hot: true, ...machineOf(context) };
    const training = await compileTraining(trainingProblem(learned, last, spec), machine);
    return fitTrainer(training, batchSchedule(tablesOf(learned, spec)));
  },
});

const rowsInput = (i: number): string => `rows ${i}`;

function trainingProblem(
  learned: readonly Learned[],
  parameters: NamedTensors,
  { weightDecay }: CompleteShared,
): Parameters<typeof compileTraining>[0] {
  const loss = (values: NamedNodes, inputs: NamedNodes): Node => {
    const terms = learned.map(({ correction, data, scale }, i) =>
      mul(
        residualLoss(correction, values, inputs[rowsInput(i)] as Node, data.rows.columns),
        1 / (scale * learned.length),
      ),
    );
    return sum(...terms);
  };
  const batch = learned.map(({ data, batch: rows }, i) => [
    rowsInput(i),
    { shape: [rows, data.rows.data.shape[1] ?? 0] },
  ]);
  return {
    parameters,
    batch: Object.fromEntries(batch),
    loss,
    optimizer: adamw({ weightDecay }),
    clipNorm: CLIP_NORM,
  };
}

const tablesOf = (learned: readonly Learned[], { seed }: CompleteShared): Record<string, Batches> =>
  Object.fromEntries(
    learned.map(({ name, data, batch }, i) => [
      rowsInput(i),
      new Batches(data.rows, batch, new Random(seed).fork(`row batches ${name}`)),
    ]),
  );

/** What decides the outcome, as text. */
const identityOf = (problems: readonly SharedProblem[], spec: CompleteShared): string =>
  JSON.stringify({
    spec,
    problems: problems.map(({ field, states, ...problem }) => ({
      ...problem,
      field: fingerprintOf(field),
      states: states.description,
    })),
  });

function requireProblems(problems: readonly SharedProblem[]): void {
  const names = problems.map(({ name }) => name);
  if (names.length > 0 && new Set(names).size === names.length) return;
  throw fail("INVALID_ARGUMENT", {
    what: "fitShared: fields",
    expected: "at least one, each with a name of its own",
    received: names.join(", ") || "none",
  });
}
