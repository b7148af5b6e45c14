import { draw, fromNumbers, type Random, type Shape, sizeOf } from "../../tensor/index.js";
import type { Attributes } from "../attributes.js";
import type { Example } from "../operator.js";

/** The input of an operator that has exactly one. */
export const only = <T>(inputs: readonly T[]): T => inputs[0] as T;

/** A use of an operator on standard normal float64 inputs of the given shapes. */
export function example(random: Random, attributes: Attributes, ...shapes: readonly Shape[]): Example {
  const inputs = shapes.map((shape) =>
    fromNumbers(
      draw(sizeOf(shape), () => random.normal()),
      shape,
      "float64",
    ),
  );
  return { inputs, attributes };
}
