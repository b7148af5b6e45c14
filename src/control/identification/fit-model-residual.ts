import type { ObservedSteps } from "../../hypersolver/index.js";
import {
  checkObservedSteps,
  columnStatistics,
  compileReference,
  MEASURING,
  mlpNetwork,
  rootMeanSquare,
  splitSteps,
} from "../../hypersolver/internal.js";
import type { Field, FixedMethod } from "../../ode/index.js";
import { resolveMethod } from "../../ode/internal.js";
import { runTraining, type TrainingOutcome, type TrainingTask } from "../../optim/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { completeSpec } from "../../spec/index.js";
import { fail, fromNumbers, Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import {
  type EffectiveModelResidual,
  type ModelResidualSpec,
  modelResidualTable,
} from "./model-residual-table.js";
import { fieldWithResidual, residualWeights } from "./residual-field.js";
import { compileResidualJudge, residualPhase } from "./residual-training.js";

/** A model with what it did not know of a plant. */
export interface ModelResidualFit {
  /** f + h: a field like any other, to be solved, corrected and controlled. */
  readonly field: Field;
  readonly spec: EffectiveModelResidual;
  readonly status: TrainingOutcome["status"];
  readonly iterations: number;
  /** Mean Euclidean distance to the observed ends, on steps kept for choosing: of f alone, and of f + h. */
  readonly nominalError: number;
  readonly bestError: number;
  readonly seconds: number;
}

const SPACING = { points: 100, validations: 20, each: "phase" } as const;

/**
 * Learns what a model f lacks of a plant: h(z, x) such that f + h, solved accurately, leads where the plant was observed to go.
 * Because the solve is accurate, h is left with the model's errors and none of a solver's: a correction of f + h then learns
 * truncation alone, from references instead of data. Together they are a multi-stage hypersolver.
 * (Berto, Massaroli, Poli, Park, "Neural Solvers for Fast and Accurate Numerical Optimal Control", ICLR 2022, section 3.3.)
 * @param spec how, as plain data: `modelResidualTable` has the options.
 * @throws as `checkObservedSteps`; INVALID_ARGUMENT for options that make no sense; NON_FINITE when the loss breaks.
 */
export async function fitModelResidual(
  field: Field,
  spec: ModelResidualSpec,
  steps: ObservedSteps,
  context: RunContext = {},
): Promise<ModelResidualFit> {
  const effective = completeSpec(modelResidualTable, spec);
  const method = fixedMethod(effective.method);
  checkObservedSteps(field, steps);
  const { training, validation } = splitSteps(steps, new Random(effective.seed));
  const nominal = await nominalEnds(field, training, context);
  const whole = fieldWithResidual(field, networkFor(field, training, nominal, effective));
  const scale = scaleOf(training, nominal);
  const problem = { field: whole, method, steps: training, spec: effective, scale };
  const judge = await compileResidualJudge(problem, validation, context);
  try {
    // The last layer of h begins at zero: f + h is f.
    const nominalError = await judge.error(residualWeights(whole));
    const task: TrainingTask = {
      ...{ initial: residualWeights(whole), keepsInitial: true },
      phases: [residualPhase(problem, context)],
      validate: async (values) => {
        const error = await judge.error(values);
        return { score: [error], metrics: { error } };
      },
    };
    const advice = "lower the learning rate, or check the observed steps";
    const plan = { what: "model residual", advice, settings: "", spacing: SPACING };
    const { best, status, iterations, seconds } = await runTraining(task, plan, context);
    return {
      field: { ...whole, parameters: { ...whole.parameters, ...best?.values } },
      ...{ spec: effective, status, iterations, seconds },
      nominalError,
      bestError: best?.score[0] ?? Number.POSITIVE_INFINITY,
    };
  } finally {
    await judge.dispose();
  }
}

function fixedMethod(text: string): FixedMethod {
  const method = resolveMethod(text);
  if (method.kind === "fixed") return method;
  throw fail("INVALID_ARGUMENT", {
    what: "model residual: method",
    expected: "fixed steps, such as rk4:2: h is learned through them",
    received: text,
  });
}

/** Where the model alone leads, solved tightly. */
async function nominalEnds(
  field: Field,
  { z, controls, epsilon, s = 0 }: ObservedSteps,
  context: RunContext,
): Promise<Tensor> {
  const reference = await compileReference(field, MEASURING, machineOf(context));
  try {
    const states = await reference.states(z, [s, s + epsilon], controls, context.signal);
    return states.at(-1) as Tensor;
  } finally {
    await reference.dispose();
  }
}

/** What the plant does beside the model, as a rate: (z1 − Φ_f(z))/ε, h to first order. */
function rates({ z1, epsilon }: ObservedSteps, nominal: Tensor): Tensor {
  const ends = toFloat64(nominal);
  const values = toFloat64(z1).map((value, i) => (value - (ends[i] ?? 0)) / epsilon);
  return fromNumbers(values, z1.shape, "float64");
}

/**
 * Root mean square of every column of the rates. One that hardly differs from the largest rounding counts as rounding, lest the
 * loss be about nothing else: at least a thousandth of the largest.
 */
function scaleOf(steps: ObservedSteps, nominal: Tensor): Float64Array {
  const { mean: center, deviation } = columnStatistics(rates(steps, nominal));
  const sizes = center.map((value, i) => Math.hypot(value, deviation[i] ?? 0));
  const least = Math.max(...sizes) / 1000 || 1;
  return sizes.map((size) => Math.max(size, least));
}

function networkFor(
  field: Field,
  steps: ObservedSteps,
  nominal: Tensor,
  { hidden, activation, seed }: EffectiveModelResidual,
): ReturnType<typeof mlpNetwork> {
  const controls = field.roles.controls.map(
    (name) => [`x ${name}`, columnStatistics(steps.controls[name] as Tensor)] as const,
  );
  const statistics = { z: columnStatistics(steps.z), ...Object.fromEntries(controls) };
  const scale = rootMeanSquare(columnStatistics(rates(steps, nominal)));
  const inputs = ["z", "x"] as const;
  return mlpNetwork({ inputs, hidden, activation, statistics, scale }, new Random(seed).fork("network"));
}
