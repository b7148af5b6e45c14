import { blurred, brief, type Density, densityOf } from "./density.js";
import { requireDeviation, requireLength } from "./parameters.js";

/** Shape of a Swiss roll. */
export interface SwissRollOptions {
  /** Distance of the outer end from the origin, in data units; the inner end has a third. Default 0.9π. */
  readonly radius?: number;
  /** Standard deviation of the noise of each coordinate, in data units. Default 0.2. */
  readonly deviation?: number;
}

/**
 * One Archimedean spiral from 270° to 810°, seen along the axis of the roll. The angle is uniform, so the inside is
 * denser.
 * @throws INVALID_ARGUMENT for an option out of range.
 * Reference: W. Grathwohl et al., FFJORD, ICLR 2019, toy data: scikit-learn's `make_swiss_roll` with noise 1, over 5.
 */
export function swissRoll(options: SwissRollOptions = {}): Density {
  const { radius = 0.9 * Math.PI, deviation = 0.2 } = options;
  requireLength("swiss-roll: radius", radius);
  requireDeviation("swiss-roll: deviation", deviation);
  const facts = {
    name: "swiss-roll",
    title: "Swiss roll",
    description: `A spiral from radius ${brief(radius / 3)} at 270° to radius ${brief(radius)} at 810°, with normal noise of deviation ${brief(deviation)}.`,
  };
  return densityOf(facts, (random) => {
    const share = (1 + 2 * random.uniform()) / 3;
    const [r, angle] = [radius * share, 4.5 * Math.PI * share];
    return blurred([r * Math.cos(angle), r * Math.sin(angle)], deviation, random);
  });
}
