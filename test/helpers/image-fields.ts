import { conv, exp, mul, type NamedNodes, type Node, softplus, trace } from "../../src/graph/index.js";
import {
  type Fit,
  type FitSpec,
  hyper,
  measureMethod,
  normalStates,
  rebindCorrection,
  type StateSource,
} from "../../src/hypersolver/index.js";
import { referenceEnds } from "../../src/hypersolver/internal.js";
import { MEASURING } from "../../src/hypersolver/reference/reference.js";
import { type ButcherTableau, type Field, fixed, type Span } from "../../src/ode/index.js";
import { makeField } from "../../src/ode/internal.js";
import { fromNumbers, Random, type Tensor } from "../../src/tensor/index.js";

/** Channels, height and width of the small images of these tests: all different. */
export const imageShape: readonly [number, number, number] = [2, 5, 4];

/** Independent normal numbers. */
export function normalTensor(shape: readonly number[], seed: number, scale = 1): Tensor {
  const random = new Random(seed);
  const size = shape.reduce((product, extent) => product * extent, 1);
  return fromNumbers(
    Float32Array.from({ length: size }, () => scale * random.normal()),
    shape,
  );
}

/** f = Conv(softplus(Conv(z))), 2 → 3 → 2 channels, 3×3; features: `hidden`, and `small`, of another size. */
export function convolutionalField(): Field {
  const [channels, height, width] = imageShape;
  const parameters = {
    first: normalTensor([3, channels, 3, 3], 1, 0.4),
    second: normalTensor([channels, 3, 3, 3], 2, 0.4),
  };
  const specs = {
    z: { shape: ["batch", channels, height, width] as const },
    first: { shape: parameters.first.shape },
    second: { shape: parameters.second.shape },
  };
  const features: Record<string, Node> = {};
  const graph = trace(specs, ({ z, first, second }) => {
    features.hidden = softplus(conv(z, first, undefined, { pads: [1, 1, 1, 1] }));
    features.small = conv(z, first);
    return { dz: conv(features.hidden, second, undefined, { pads: [1, 1, 1, 1] }) };
  });
  const roles = { state: "z", depth: undefined, controls: [], output: "dz" };
  return makeField(graph, roles, parameters, features);
}

/** Rate of `decay`. */
export const RATE = -0.8;

/** dz/ds = −0.8 z on images, with the exact flow. */
export function decay(dtype: "float32" | "float64" = "float32"): Field {
  const graph = trace({ z: { shape: ["batch", ...imageShape], dtype } }, ({ z }) => ({ dz: mul(z, RATE) }));
  return makeField(graph, { state: "z", depth: undefined, controls: [], output: "dz" }, {});
}

/** The exact solution of `decay` after ε. */
export const decayed = ({ z, epsilon }: NamedNodes): Node => mul(z as Node, exp(mul(epsilon as Node, RATE)));

export const imageSpan: Span = [0, 1];

/** A fit of seconds on `convolutionalField`. */
export const smallImageFit: FitSpec & { readonly states: StateSource } = {
  ...{ base: "euler", steps: 4, span: imageSpan, states: normalStates([...imageShape]), seed: 3 },
  ...{ iterations: 150, trajectories: 64, batch: 8, hidden: [8], pretrain: 20, swapEvery: 5 },
};

/** Relative endpoint errors of base and hypersolver on images that a fit to `convolutionalField` has not seen. */
export async function errorsOf(
  fit: Fit,
  base: ButcherTableau = fit.correction.base,
): Promise<[number, number]> {
  const field = convolutionalField();
  const samples = smallImageFit.states.heldOut(40, new Random(5));
  const { steps } = fit.spec;
  const ends = await referenceEnds(field, imageSpan, samples, MEASURING);
  const errors: number[] = [];
  for (const method of [fixed(base, { steps }), hyper(rebindCorrection(fit.correction, base), { steps })])
    errors.push((await measureMethod(field, method, imageSpan, samples, ends)).errors.relative);
  return [errors[0] ?? Number.NaN, errors[1] ?? Number.NaN];
}
