import { brief, type Density, degrees, densityOf } from "./density.js";
import { requireCount, requireDeviation, requireFinite, requireLength } from "./parameters.js";

/** Shape of a pinwheel. */
export interface PinwheelOptions {
  /** Number of arms, equally likely. Default 5. */
  readonly arms?: number;
  /** Standard deviation along an arm, as a share of `radius`. Default 0.3. */
  readonly radialDeviation?: number;
  /** Standard deviation across an arm, as a share of `radius`. Default 0.1. */
  readonly tangentialDeviation?: number;
  /** How an arm bends: a point at r radii is turned by rate · exp(r) radians. Default 0.25. */
  readonly rate?: number;
  /** Mean distance of a point from the center along its arm, in data units. Default 2. */
  readonly radius?: number;
}

/**
 * Curved arms around the origin: an elongated Gaussian at one radius, turned clockwise by its arm's angle and by
 * rate · exp(r), the more the farther out.
 * @throws INVALID_ARGUMENT for an option out of range.
 * Reference: W. Grathwohl et al., FFJORD, ICLR 2019, toy data; after M. J. Johnson et al., NeurIPS 2016.
 */
export function pinwheel(options: PinwheelOptions = {}): Density {
  const { arms = 5, radialDeviation = 0.3, tangentialDeviation = 0.1, rate = 0.25, radius = 2 } = options;
  requireCount("pinwheel: arms", arms);
  requireDeviation("pinwheel: radialDeviation", radialDeviation);
  requireDeviation("pinwheel: tangentialDeviation", tangentialDeviation);
  requireFinite("pinwheel: rate", rate);
  requireLength("pinwheel: radius", radius);
  const along = brief(radius * radialDeviation);
  const across = brief(radius * tangentialDeviation);
  const facts = {
    name: "pinwheel",
    title: "Pinwheel",
    description: `${arms} equally likely arms ${degrees((2 * Math.PI) / arms)} apart at radius ${brief(radius)}, of deviation ${along} along and ${across} across, bent by ${brief(rate)}·exp(r/${brief(radius)}) radians.`,
  };
  return densityOf(facts, (random) => {
    const r = 1 + radialDeviation * random.normal();
    const t = tangentialDeviation * random.normal();
    const angle = (2 * Math.PI * random.integer(0, arms - 1)) / arms + rate * Math.exp(r);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return [radius * (r * cos + t * sin), radius * (t * cos - r * sin)];
  });
}
