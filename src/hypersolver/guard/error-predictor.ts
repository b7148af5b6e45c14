import { z } from "zod/mini";
import {
  abs,
  add,
  constant,
  exp,
  gemm,
  less,
  maximum,
  minimum,
  mul,
  type NamedNodes,
  type Node,
  reduceMax,
  reshape,
  sub,
  transpose,
  where,
} from "../../graph/index.js";
import { kaimingBound, type Module, mlp, parameterNode, uniformParameter } from "../../nn/index.js";
import { activationNamed } from "../../nn/internal.js";
import { fail, fromNumbers, sizeOf } from "../../tensor/index.js";

/** Activations of predictors. With ReLU and half as many units, bounds are narrower than with tanh, in half the time. */
const activations = ["relu", "tanh"] as const;
type PredictorActivation = (typeof activations)[number];

/** A small network that predicts the error of a solve from what the solve knows of a sample (`traitsOf`), as plain JSON. */
export interface ErrorPredictor {
  /** Of the traits where it was learned: the network sees how many deviations they are off their mean. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** Largest number of deviations seen; beyond it, nothing is predicted. */
  readonly reach: number;
  /** Of the logarithms of errors. */
  readonly target: { readonly mean: number; readonly deviation: number };
  /** Units of its two hidden layers. */
  readonly hidden: number;
  /** What lies between its layers: `tanh` in older files, which do not say. */
  readonly activation?: PredictorActivation | undefined;
  /** Its weights, as `predictorParameters` names them, flat. */
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

const numbers = z.array(z.number());

/** Checks one that came from outside. */
export const errorPredictorSchema: z.core.$ZodType<ErrorPredictor> = z
  .object({
    mean: numbers,
    deviation: z.array(z.number().check(z.gt(0))),
    reach: z.number().check(z.gt(0)),
    target: z.object({ mean: z.number(), deviation: z.number() }),
    hidden: z.int().check(z.gte(1), z.lte(1024)),
    activation: z.optional(z.enum(activations)),
    weights: z.record(z.string(), numbers),
  })
  .check(
    z.refine(({ mean, deviation }) => mean.length === deviation.length, "as many deviations as means"),
    z.refine(
      ({ mean, hidden, activation, weights }) =>
        Object.entries(predictorParameters(mean.length, hidden, activation)).every(
          ([name, { shape }]) => weights[name]?.length === sizeOf(shape),
        ),
      "the weights of its network",
    ),
  );

/**
 * Parameters of a perceptron from so many traits to one number. With ReLU, whose units may all be 0, a linear function of the
 * traits is added: else all samples where they are 0 would share one score, and rounding would decide their bin.
 */
export function predictorParameters(
  traits: number,
  hidden: number,
  activation: PredictorActivation = "tanh",
): Module["parameters"] {
  const { parameters } = mlp({ sizes: [traits, hidden, hidden, 1], activation });
  if (activation === "tanh") return parameters;
  return { ...parameters, [ADDED]: uniformParameter([1, traits], kaimingBound(traits)) };
}

const ADDED = "traits.weight";

/** Multiply–accumulates a sample. */
export const predictorMacs = (
  traits: number,
  hidden: number,
  activation: PredictorActivation = "tanh",
): number => traits * hidden + hidden * hidden + hidden + (activation === "tanh" ? 0 : traits);

/** Standardized traits, [batch, traits], of traits [traits, batch]. */
export function offMean(traits: Node, { mean, deviation }: Pick<ErrorPredictor, "mean" | "deviation">): Node {
  const column = (values: readonly number[]): Node =>
    constant(fromNumbers(Float32Array.from(values), [values.length, 1]));
  return transpose(mul(sub(traits, column(mean)), column(deviation.map((each) => 1 / each))));
}

/** Deviations from which on tanh is saturated. */
const CLIP = 5;

/**
 * What the network makes of deviations, [batch]: the logarithm of the error, in deviations off its mean.
 * @param weights as `predictorParameters` names them.
 */
export function predictedLogError(
  weights: NamedNodes,
  off: Node,
  { hidden, activation = "tanh" }: Pick<ErrorPredictor, "hidden" | "activation">,
): Node {
  const [batch = 1, traits = 1] = off.shape;
  const seen = activation === "tanh" ? maximum(minimum(off, CLIP), -CLIP) : off;
  const inner = mlp({ sizes: [Number(traits), hidden, hidden], activation });
  const units = activationNamed(activation).apply({}, inner.apply(weights, seen));
  // Products with one row: ONNX Runtime takes a third of the time for them that it takes for those with one column.
  const ofRow = (name: string, of: Node, plus: Node): Node =>
    gemm(parameterNode(weights, name), of, plus, { transposeB: true });
  const last = ofRow("4.weight", units, parameterNode(weights, "4.bias"));
  return reshape(activation === "tanh" ? last : ofRow(ADDED, seen, last), [batch]);
}

/**
 * Predicted errors, [batch], above 0, in units of the state; infinite for samples with a trait further off than any that was
 * seen.
 * @param traits [traits, batch], as `traitsOf` gives them.
 * @throws CARD_MISMATCH for other traits than it was learned from.
 */
export function predictedErrors(traits: Node, predictor: ErrorPredictor): Node {
  const { mean, reach, target, hidden, activation, weights } = predictor;
  if (traits.shape[0] !== mean.length)
    throw fail("CARD_MISMATCH", {
      what: "guard",
      expected: `${mean.length} traits of a sample, as its bounds were calibrated by`,
      received: String(traits.shape[0]),
      help: "fit again: the file is of a version that looked at other traits",
    });
  const values: NamedNodes = Object.fromEntries(
    Object.entries(predictorParameters(mean.length, hidden, activation)).map(([name, { shape }]) => [
      name,
      constant(fromNumbers(Float32Array.from(weights[name] ?? []), shape)),
    ]),
  );
  const off = offMean(traits, predictor);
  const error = exp(add(mul(predictedLogError(values, off, predictor), target.deviation), target.mean));
  const furthest = reduceMax(abs(off), [1]);
  return where(
    less(furthest, constant(reach, "float32")),
    error,
    constant(Number.POSITIVE_INFINITY, "float32"),
  );
}
