import { mean, square, sub, transpose } from "../../graph/index.js";
import { initialize } from "../../nn/index.js";
import { adam, compileTraining, cosineAnnealing } from "../../optim/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import { fromNumbers, type Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { pickRows } from "../../tensor/internal.js";
import {
  type ErrorPredictor,
  offMean,
  predictedLogError,
  predictorMacs,
  predictorParameters,
} from "./error-predictor.js";

/** Samples below which nothing is learned. */
export const FEWEST_TO_LEARN = 200;
/** Rows of a mini-batch. */
const BATCH = 256;
const ITERATIONS = 4000;
const LEARNING_RATE = 2e-2;
/** Units of the hidden layers, the first that the solve can afford. */
const HIDDEN = [16, 8];
const ACTIVATION = "relu";
/** Of the arithmetic of the solve, what a prediction may cost. */
const SHARE = 0.1;
/** Errors below this share of the median are as good as that. */
const FLOOR = 0.05;
/** Nothing is predicted from traits further off than those learned from by more than this factor. */
const REACH = 1.1;

/**
 * Learns to predict errors from traits, by least squares on their logarithms.
 * @param traits [n, traits]; rows that are not finite are left out.
 * @param errors of the same samples.
 * @param macs of the solve: a prediction costs a tenth at most.
 * @returns undefined where there are too few samples, or no network is small enough.
 */
export async function learnPredictor(
  traits: Tensor,
  errors: Float64Array,
  macs: number,
  random: Random,
  options: CompileOptions,
): Promise<ErrorPredictor | undefined> {
  const width = traits.shape[1] ?? 0;
  const hidden = HIDDEN.find((units) => predictorMacs(width, units, ACTIVATION) <= SHARE * macs);
  const values = toFloat64(traits);
  const isKnown = (row: number): boolean =>
    Number.isFinite(errors[row]) && values.subarray(row * width, (row + 1) * width).every(Number.isFinite);
  const rows = [...errors.keys()].filter(isKnown);
  if (hidden === undefined || rows.length < FEWEST_TO_LEARN) return undefined;
  const known = pickRows(traits, rows);
  const scale = scaleOf(toFloat64(known), width);
  const own = rows.map((row) => errors[row] ?? 0);
  const floor = FLOOR * ([...own].sort((a, b) => a - b)[own.length >> 1] ?? 0) + Number.MIN_VALUE;
  const logs = own.map((error) => Math.log(error + floor));
  const target = momentsOf(logs);
  const wanted = logs.map((each) => (each - target.mean) / target.deviation);
  const weights = await learned(known, wanted, scale, hidden, random, options);
  return { ...scale, target, hidden, activation: ACTIVATION, weights };
}

async function learned(
  traits: Tensor,
  wanted: readonly number[],
  scale: Pick<ErrorPredictor, "mean" | "deviation">,
  hidden: number,
  random: Random,
  options: CompileOptions,
): Promise<ErrorPredictor["weights"]> {
  const [count = 0, width = 0] = traits.shape;
  const training = await compileTraining(
    {
      parameters: initialize({ parameters: predictorParameters(width, hidden, ACTIVATION) }, random),
      batch: {
        traits: { shape: ["batch", width], dtype: "float32" },
        wanted: { shape: ["batch"], dtype: "float32" },
      },
      loss: (parameters, batch) => {
        const made = predictedLogError(parameters, offMean(transpose(batch.traits), scale), {
          hidden,
          activation: ACTIVATION,
        });
        return mean(square(sub(made, batch.wanted)));
      },
      optimizer: adam(),
    },
    { ...options, hot: true },
  );
  try {
    const rate = cosineAnnealing({ from: LEARNING_RATE, iterations: ITERATIONS });
    const targets = fromNumbers(Float32Array.from(wanted), [count]);
    let order: number[] = [];
    for (let i = 0; i < ITERATIONS; i++) {
      if (order.length < BATCH) order = [...order, ...random.permutation(count)];
      const rows = order.splice(0, BATCH);
      await training.step({ traits: pickRows(traits, rows), wanted: pickRows(targets, rows) }, rate(i));
    }
    return Object.fromEntries(
      Object.entries(training.parameters()).map(([name, value]) => [
        name,
        [...toFloat64(value)].map(sixDigits),
      ]),
    );
  } finally {
    await training.dispose();
  }
}

/** Means and deviations of columns, and how many deviations the furthest is off. */
function scaleOf(values: Float64Array, width: number): Pick<ErrorPredictor, "mean" | "deviation" | "reach"> {
  const columns = Array.from({ length: width }, (_, j) => [...values].filter((_value, i) => i % width === j));
  const moments = columns.map(momentsOf);
  const furthest = columns.map((column, j) =>
    column.reduce((most, value) => {
      const { mean: center = 0, deviation = 1 } = moments[j] ?? {};
      return Math.max(most, Math.abs(value - center) / deviation);
    }, 0),
  );
  return {
    mean: moments.map((each) => each.mean),
    deviation: moments.map((each) => each.deviation),
    reach: sixDigits(REACH * furthest.reduce((most, each) => Math.max(most, each), 1)),
  };
}

/** A constant has the deviation 1. */
function momentsOf(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const center = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / values.length);
  const isConstant = !(spread > 1e-6 * (Math.abs(center) + 1e-6));
  return { mean: sixDigits(center), deviation: isConstant ? 1 : sixDigits(spread) };
}

/** Files need no more digits. */
export const sixDigits = (value: number): number => Number(value.toPrecision(6));
