import type { Field } from "../../ode/index.js";
import { runTraining, type TrainingOutcome } from "../../optim/internal.js";
import { compile, type RunContext } from "../../runtime/index.js";
import { checkSpec } from "../../spec/index.js";
import { cast, isFloat, Random, rows, scalar, type Tensor } from "../../tensor/index.js";
import { pickRows } from "../../tensor/internal.js";
import type { Correction } from "../correction/correction.js";
import { settingsOf } from "../fit/fit.js";
import type { FitSettings } from "../fit/fit-settings.js";
import { resolveFit } from "../fit/resolve-fit.js";
import { validationOn, verdictOf } from "../fit/validation.js";
import { vectorCourse } from "../fit/vector-fit.js";
import { type RowTable, RowTableBuilder } from "../reference/row-table.js";
import { controlInput, requireFinite, residualGraph } from "../reference/training-data.js";
import { givenStates, mapSamples, type Samples } from "../states/states.js";
import { checkObservedSteps, type ObservedSteps } from "./observed-steps.js";
import { type ObservedFitSpec, observedTable } from "./observed-table.js";

/** A correction fitted to observed steps. */
export interface ObservedFit {
  readonly correction: Correction;
  readonly status: TrainingOutcome["status"];
  readonly iterations: number;
  /** Mean Euclidean distance to the observed end on steps that were kept for choosing. */
  readonly bestError: number;
  readonly seconds: number;
}

/** A tenth of the steps chooses among corrections. */
const VALIDATION_SHARE = 0.1;
const SPACING = { points: 100, validations: 20, each: "phase" } as const;

/**
 * Fits a correction to observed steps instead of references: g then learns all that a base step of the field misses of them, its
 * truncation and what the field does not know of the plant alike. It holds for steps of this size.
 * @param spec what to fit, as plain data: `observedTable` has the options.
 * @throws as `checkObservedSteps`; INVALID_ARGUMENT for options that make no sense; NON_FINITE when the field or the loss breaks.
 */
export async function fitObservedSteps(
  field: Field,
  spec: ObservedFitSpec,
  steps: ObservedSteps,
  context: RunContext = {},
): Promise<ObservedFit> {
  const checked = checkSpec(observedTable, spec);
  checkObservedSteps(field, steps);
  const { s = 0, epsilon } = steps;
  const place = { steps: 1, span: [s, s + epsilon], epsilon: null } as const;
  const effective = resolveFit(field, { ...checked, ...place });
  const states = givenStates("observed steps", { z0: steps.z, controls: steps.controls });
  const { training, validation } = splitSteps(steps, new Random(effective.seed));
  const requested = settingsOf(effective, { states }, context);
  const fit = { ...requested, batch: Math.min(requested.batch, training.z.shape[0] ?? 0) };
  const table = await observedRows(field, fit, training);
  const { initial, phases, finished } = vectorCourse(field, fit, { rows: table, paths: undefined });
  const samples = samplesOf(validation);
  const judge = await validationOn(field, initial, fit, { samples, ends: validation.z1, relative: false });
  try {
    const task = {
      ...{ initial: initial.parameters, phases, keepsInitial: true },
      validate: (parameters: Correction["parameters"]) => verdictOf(judge, parameters),
    };
    const advice = "lower the learning rate, or check the field on these states";
    const plan = { what: "fit to observed steps", advice, settings: "", spacing: SPACING };
    const { best, status, iterations, seconds } = await runTraining(task, plan, context);
    return {
      correction: finished(best?.values ?? initial.parameters),
      ...{ status, iterations, seconds },
      bestError: best?.score[0] ?? Number.POSITIVE_INFINITY,
    };
  } finally {
    await judge.dispose();
  }
}

/** The steps in two parts, in random order. */
export function splitSteps(
  steps: ObservedSteps,
  random: Random,
): Readonly<Record<"training" | "validation", ObservedSteps>> {
  const [count = 0] = steps.z.shape;
  const order = [...random.fork("observed steps").permutation(count)];
  const kept = Math.max(1, Math.floor(count * VALIDATION_SHARE));
  const pick = (own: readonly number[]): ObservedSteps => ({
    ...steps,
    z1: pickRows(steps.z1, own),
    ...renamed(mapSamples(samplesOf(steps), (value) => pickRows(value, own))),
  });
  return { validation: pick(order.slice(0, kept)), training: pick(order.slice(kept)) };
}

const samplesOf = ({ z, controls }: ObservedSteps): Samples => ({ z0: z, controls });
const renamed = ({ z0, controls }: Samples): Pick<ObservedSteps, "z" | "controls"> => ({ z: z0, controls });

/** Steps that are turned into rows at once. */
const CHUNK = 4096;

/** The inputs of g and what it has to learn, a row a step, in float64 up to the table. */
async function observedRows(
  field: Field,
  { base, inputs, features, compile: machine, seed }: FitSettings,
  { z, z1, controls, epsilon, s = 0 }: ObservedSteps,
): Promise<RowTable> {
  const graph = residualGraph({ field: field, base, correction: { inputs, features } }, "float64");
  const program = await compile(graph, machine);
  const builder = new RowTableBuilder();
  const double = (value: Tensor): Tensor => (isFloat(value.dtype) ? cast(value, "float64") : value);
  try {
    const [count = 0] = z.shape;
    for (let from = 0; from < count; from += CHUNK) {
      const to = Math.min(count, from + CHUNK);
      const part = (value: Tensor): Tensor => double(rows(value, from, to));
      const given = Object.entries(controls).map(([name, value]) => [controlInput(name), part(value)]);
      const place = { "/s": scalar(s, "float64"), "/dt": scalar(epsilon, "float64") };
      const states = { "/z": part(z), "/z1": part(z1), "/z0": part(z) };
      const found = await program.run({ ...Object.fromEntries(given), ...place, ...states });
      requireFinite(found, { s, end: s + epsilon });
      builder.add(found);
    }
  } finally {
    await program.dispose();
  }
  return builder.shuffled(new Random(seed).fork("rows"));
}
