import { blurred, brief, type Density, densityOf } from "./density.js";
import { requireDeviation, requireLength } from "./parameters.js";

/** Shape of two moons. */
export interface MoonsOptions {
  /** Radius of each half circle, in data units. Default 2. */
  readonly radius?: number;
  /** Standard deviation of the noise of each coordinate, in data units. Default 0.2. */
  readonly deviation?: number;
}

/**
 * Two half circles that interlock, one open below, one above. In radii, their centers are (-0.5, -0.1) and (0.5, 0.4).
 * @throws INVALID_ARGUMENT for an option out of range.
 * Reference: W. Grathwohl et al., FFJORD, ICLR 2019, toy data: scikit-learn's `make_moons` with noise 0.1, times 2,
 * moved by (-1, -0.2).
 */
export function moons(options: MoonsOptions = {}): Density {
  const { radius = 2, deviation = 0.2 } = options;
  requireLength("moons: radius", radius);
  requireDeviation("moons: deviation", deviation);
  const facts = {
    name: "moons",
    title: "Two moons",
    description: `2 equally likely interlocking half circles of radius ${brief(radius)}, with normal noise of deviation ${brief(deviation)}.`,
  };
  return densityOf(facts, (random) => {
    const upper = random.integer(0, 1) === 0;
    const angle = Math.PI * random.uniform();
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [x, y] = upper ? [cos - 0.5, sin - 0.1] : [0.5 - cos, 0.4 - sin];
    return blurred([radius * x, radius * y], deviation, random);
  });
}
