import { draw, fromNumbers, type Random, type Shape, sizeOf, zeros } from "../tensor/index.js";
import type { ParameterSpec } from "./module.js";

/** A parameter drawn from U(−bound, bound). */
export const uniformParameter = (shape: Shape, bound: number): ParameterSpec => ({
  shape,
  initialize: (random: Random) =>
    fromNumbers(
      draw(sizeOf(shape), () => (2 * random.uniform() - 1) * bound),
      shape,
    ),
});

/** A parameter that starts with one value everywhere. */
export const constantParameter = (shape: Shape, value: number): ParameterSpec => ({
  shape,
  initialize: () =>
    value === 0 ? zeros(shape, "float32") : fromNumbers(new Float32Array(sizeOf(shape)).fill(value), shape),
});

/**
 * Bound of PyTorch's default `kaiming_uniform_(a=√5)`: √(6/((1 + a²) fanIn)) = 1/√fanIn
 * (He et al., 2015, equation 10); 0 for a layer without inputs.
 */
export const kaimingBound = (fanIn: number): number => (fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0);
