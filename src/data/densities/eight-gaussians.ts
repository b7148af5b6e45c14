import { blurred, brief, type Density, densityOf } from "./density.js";
import { requireDeviation, requireLength } from "./parameters.js";

/** Shape of a ring of eight Gaussians. */
export interface EightGaussiansOptions {
  /** Distance of the centers from the origin, in data units. Default 4/√2. */
  readonly radius?: number;
  /** Standard deviation of each Gaussian, in data units. Default 0.5/√2. */
  readonly deviation?: number;
}

/**
 * Eight equally likely round Gaussians at the points of the compass: modes that a flow has to tear apart.
 * @throws INVALID_ARGUMENT for an option out of range.
 * Reference: W. Grathwohl et al., FFJORD, ICLR 2019, toy data: radius 4 and deviation 0.5, over 1.414.
 */
export function eightGaussians(options: EightGaussiansOptions = {}): Density {
  const { radius = 4 / Math.SQRT2, deviation = 0.5 / Math.SQRT2 } = options;
  requireLength("8-gaussians: radius", radius);
  requireDeviation("8-gaussians: deviation", deviation);
  const facts = {
    name: "8-gaussians",
    title: "Eight Gaussians",
    description: `8 equally likely Gaussians of deviation ${brief(deviation)}, 45° apart on a circle of radius ${brief(radius)}.`,
  };
  return densityOf(facts, (random) => {
    const angle = (Math.PI / 4) * random.integer(0, 7);
    return blurred([radius * Math.cos(angle), radius * Math.sin(angle)], deviation, random);
  });
}
