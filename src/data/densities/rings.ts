import { blurred, brief, type Density, densityOf } from "./density.js";
import { requireCount, requireDeviation, requireLength } from "./parameters.js";

/** Shape of concentric rings. */
export interface RingsOptions {
  /** Number of rings, equally likely, at equal distances. Default 4. */
  readonly rings?: number;
  /** Radius of the outermost ring, in data units. Default 3. */
  readonly radius?: number;
  /** Standard deviation of the noise of each coordinate, in data units. Default 0.08. */
  readonly deviation?: number;
}

/**
 * Concentric circles with a little noise: many annuli without a connection.
 * @throws INVALID_ARGUMENT for an option out of range.
 * Reference: W. Grathwohl et al., FFJORD, ICLR 2019, toy data.
 */
export function rings(options: RingsOptions = {}): Density {
  const { rings: count = 4, radius = 3, deviation = 0.08 } = options;
  requireCount("rings: rings", count);
  requireLength("rings: radius", radius);
  requireDeviation("rings: deviation", deviation);
  const facts = {
    name: "rings",
    title: "Rings",
    description: `${count} equally likely concentric rings, ${brief(radius / count)} apart, the outermost of radius ${brief(radius)}, with normal noise of deviation ${brief(deviation)}.`,
  };
  return densityOf(facts, (random) => {
    const r = (radius * random.integer(1, count)) / count;
    const angle = 2 * Math.PI * random.uniform();
    return blurred([r * Math.cos(angle), r * Math.sin(angle)], deviation, random);
  });
}
