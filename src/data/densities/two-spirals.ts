import { blurred, brief, type Density, densityOf } from "./density.js";
import { requireDeviation, requireLength } from "./parameters.js";

/** Shape of two spirals. */
export interface TwoSpiralsOptions {
  /** Turns of each arm around the origin. Default 1.5. */
  readonly turns?: number;
  /** Distance of the outer ends from the origin, in data units. Default π. */
  readonly radius?: number;
  /** Thickness: each coordinate is moved by a uniform share of this, in data units. Default 1/6. */
  readonly thickness?: number;
  /** Standard deviation of the noise of each coordinate, in data units. Default 0.1. */
  readonly deviation?: number;
}

/**
 * Two Archimedean spirals around the origin, each the other's mirror image in it. The angle is the square root of a
 * uniform number, so that the arms are almost evenly covered.
 * @throws INVALID_ARGUMENT for an option out of range.
 * Reference: W. Grathwohl et al., FFJORD, ICLR 2019, toy data: angle 540°·√u, over 3.
 */
export function twoSpirals(options: TwoSpiralsOptions = {}): Density {
  const { turns = 1.5, radius = Math.PI, thickness = 1 / 6, deviation = 0.1 } = options;
  requireLength("two-spirals: turns", turns);
  requireLength("two-spirals: radius", radius);
  requireDeviation("two-spirals: thickness", thickness);
  requireDeviation("two-spirals: deviation", deviation);
  const facts = {
    name: "two-spirals",
    title: "Two spirals",
    description: `2 equally likely spirals of ${brief(turns)} turns out to radius ${brief(radius)}, ${brief(thickness)} thick, with normal noise of deviation ${brief(deviation)}.`,
  };
  return densityOf(facts, (random) => {
    const share = Math.sqrt(random.uniform());
    const [r, angle] = [radius * share, 2 * Math.PI * turns * share];
    const side = random.integer(0, 1) === 0 ? 1 : -1;
    const x = side * (thickness * random.uniform() - r * Math.cos(angle));
    const y = side * (thickness * random.uniform() + r * Math.sin(angle));
    return blurred([x, y], deviation, random);
  });
}
