import type { NamedTensors } from "../../runtime/index.js";
import { fromNumbers, isFloat, type Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { spectralNorm } from "./spectral-norm.js";

/** Weights of matrices stretch and turn; the others, biases above all, shift. */
const isMatrix = ({ shape }: Tensor): boolean => shape.length >= 2;

/** What is bounded of a parameter. */
const boundedSize = (value: Tensor): number =>
  isMatrix(value)
    ? spectralNorm(value)
    : toFloat64(value).reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** Where the parameters of a field may be: the largest size of each, by name. */
export type WeightBound = Readonly<Record<string, number>>;

/** Every parameter may be `growth` times as large as it is. */
export const boundOf = (parameters: NamedTensors, growth: number): WeightBound =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, growth * boundedSize(value)] as const),
  );

/** Room between a projected weight and its bound: more than float32 rounds. */
const ROUNDING = 1e-6;

/**
 * The parameters moved into the bound: matrices whose spectral norm is beyond it are scaled down to it (Gouk et al., 2021,
 * "Regularisation of neural networks by enforcing Lipschitz continuity"), other parameters are clipped. With activations of
 * slope at most one the Lipschitz constant of a perceptron is then at most the product of the bounds of its layers.
 */
export function withinBound(parameters: NamedTensors, bound: WeightBound): NamedTensors {
  return mapValues(parameters, (value, name) => {
    const limit = (bound[name] ?? Number.POSITIVE_INFINITY) * (1 - ROUNDING);
    if (!isMatrix(value)) return mapped(value, (x) => Math.min(limit, Math.max(-limit, x)));
    const size = spectralNorm(value);
    return size <= limit ? value : scaled(value, limit / size);
  });
}

/** A field between two: parameters (1 − share) a + share b. The bound is convex: between two fields in it all are in it. */
export const between = (a: NamedTensors, b: NamedTensors, share: number): NamedTensors =>
  mapValues(a, (value, name) => {
    const other = toFloat64(b[name] as Tensor);
    return mapped(value, (x, i) => x + share * ((other[i] ?? x) - x));
  });

/**
 * A random field within the bound: every parameter on the way from the given one to a random direction (Gaussian for
 * matrices, uniform for others), of a size between the given one and the bound. Without that size it would mostly be weaker
 * than the given field: directions average out.
 * @param farthest share of the way to the random direction, at most.
 */
export function randomWithin(
  parameters: NamedTensors,
  bound: WeightBound,
  random: Random,
  farthest = 1,
): NamedTensors {
  const [share, strength] = [farthest * random.uniform(), random.uniform()];
  const drawn = mapValues(parameters, (value) => {
    const isNormal = isMatrix(value);
    const direction = mapped(value, () => (isNormal ? random.normal() : 2 * random.uniform() - 1));
    return scaled(direction, boundedSize(value) / (boundedSize(direction) || 1));
  });
  const mixed = mapValues(between(parameters, drawn, share), (value, name) => {
    const given = boundedSize(parameters[name] as Tensor);
    const size = given + strength * ((bound[name] ?? given) - given);
    return scaled(value, size / (boundedSize(value) || 1));
  });
  return withinBound(mixed, bound);
}

/** The parameters that an adversary moves: floats. */
export const floatParameters = (parameters: NamedTensors): NamedTensors =>
  Object.fromEntries(Object.entries(parameters).filter(([, { dtype }]) => isFloat(dtype)));

const mapped = (value: Tensor, change: (x: number, i: number) => number): Tensor =>
  fromNumbers(toFloat64(value).map(change), value.shape, value.dtype);

const scaled = (value: Tensor, factor: number): Tensor => mapped(value, (x) => x * factor);

const mapValues = (tensors: NamedTensors, change: (value: Tensor, name: string) => Tensor): NamedTensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, change(value, name)]));
