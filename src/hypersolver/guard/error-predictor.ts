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
  tanh,
  transpose,
  where,
} from "../../graph/index.js";
import { type Module, mlp, parameterNode } from "../../nn/index.js";
import { fail, fromNumbers, sizeOf } from "../../tensor/index.js";

/** A small network that foretells how far off a solve is by what the solve knows of a sample (`traitsOf`), as plain JSON. */
export interface ErrorPredictor {
  /** Of the traits where it was learned; they are told by how many deviations they are off. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** So many deviations were seen; beyond, nothing is foretold. */
  readonly reach: number;
  /** Of the logarithms of errors. */
  readonly target: { readonly mean: number; readonly deviation: number };
  /** Units of its two hidden layers. */
  readonly hidden: number;
  /** Its weights, as `mlp` names them, flat. */
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
    weights: z.record(z.string(), numbers),
  })
  .check(
    z.refine(({ mean, deviation }) => mean.length === deviation.length, "as many deviations as means"),
    z.refine(
      ({ mean, hidden, weights }) =>
        Object.entries(predictorNetwork(mean.length, hidden).parameters).every(
          ([name, { shape }]) => weights[name]?.length === sizeOf(shape),
        ),
      "the weights of its network",
    ),
  );

/** The network, from so many traits to one number. */
export const predictorNetwork = (traits: number, hidden: number): Module =>
  mlp({ sizes: [traits, hidden, hidden, 1], activation: "tanh" });

/** Multiply–accumulates a sample. */
export const predictorMacs = (traits: number, hidden: number): number =>
  traits * hidden + hidden * hidden + hidden;

/** By how many deviations traits, [traits, batch], are off their means, [batch, traits]. */
export function offMean(traits: Node, { mean, deviation }: Pick<ErrorPredictor, "mean" | "deviation">): Node {
  const column = (values: readonly number[]): Node =>
    constant(fromNumbers(Float32Array.from(values), [values.length, 1]));
  return transpose(mul(sub(traits, column(mean)), column(deviation.map((each) => 1 / each))));
}

/** Deviations after which more of them are the same. */
const CLIP = 5;

/**
 * What the network makes of deviations, [batch]: the logarithm of the error, in deviations off its mean.
 * @param weights of `predictorNetwork`.
 */
export function foretold(weights: NamedNodes, off: Node, hidden: number): Node {
  const [batch = 1, traits = 1] = off.shape;
  const inner = mlp({ sizes: [Number(traits), hidden, hidden], activation: "tanh" });
  const units = tanh(inner.apply(weights, maximum(minimum(off, CLIP), -CLIP)));
  // A product with one row: ONNX Runtime takes a third of the time for it that it takes for one with one column.
  const last = gemm(parameterNode(weights, "4.weight"), units, parameterNode(weights, "4.bias"), {
    transposeB: true,
  });
  return reshape(last, [batch]);
}

/**
 * Errors as they are foretold, [batch], above 0, in units of the state; infinite for samples of which a trait is further off
 * than any that was seen.
 * @param traits [traits, batch], as `traitsOf` gives them.
 * @throws CARD_MISMATCH for other traits than it was learned from.
 */
export function predictedErrors(traits: Node, predictor: ErrorPredictor): Node {
  const { mean, reach, target, hidden, weights } = predictor;
  if (traits.shape[0] !== mean.length)
    throw fail("CARD_MISMATCH", {
      what: "guard",
      expected: `${mean.length} traits of a sample, as its bounds were calibrated by`,
      received: String(traits.shape[0]),
      help: "fit again: the file is of a version that looked at other traits",
    });
  const network = predictorNetwork(mean.length, hidden);
  const values: NamedNodes = Object.fromEntries(
    Object.entries(network.parameters).map(([name, { shape }]) => [
      name,
      constant(fromNumbers(Float32Array.from(weights[name] ?? []), shape)),
    ]),
  );
  const off = offMean(traits, predictor);
  const error = exp(add(mul(foretold(values, off, hidden), target.deviation), target.mean));
  const furthest = reduceMax(abs(off), [1]);
  return where(
    less(furthest, constant(reach, "float32")),
    error,
    constant(Number.POSITIVE_INFINITY, "float32"),
  );
}
