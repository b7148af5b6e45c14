import { fail, type Random } from "../../tensor/index.js";
import { blurred, brief, type Density, degrees, densityOf, type Point } from "./density.js";
import { requireCount, requireDeviation, requireFinite, requireLength } from "./parameters.js";

/** Shape of joined circles. */
export interface CirclesOptions {
  /** Radius of the inner circle, in data units. Default 1. */
  readonly inner?: number;
  /** Radius of the outer circle, in data units. Default 3. */
  readonly outer?: number;
  /** Number of bridges, at equal angles. Default 3. */
  readonly bridges?: number;
  /** Angle by which a bridge turns counterclockwise on its way out, in radians. Default π/3: 60°. */
  readonly twist?: number;
  /** Standard deviation of the noise of each coordinate, in data units. Default 0.12. */
  readonly deviation?: number;
}

/**
 * Two concentric annuli that curved bridges connect: one piece of mass, with holes. The mass is spread evenly along
 * the curves. A bridge is an arc of a logarithmic spiral, φ(r) = κ · log(r/inner) with κ = twist / log(outer/inner).
 * Its length up to r is √(1 + κ²) · (r − inner), so that even along the arc is uniform in r.
 * @throws INVALID_ARGUMENT for an option out of range.
 * Reference: after the "modified circles" of M. Poli et al., Hypersolvers, NeurIPS 2020; radii and curves are ours.
 */
export function circles(options: CirclesOptions = {}): Density {
  const { inner = 1, outer = 3, bridges = 3, twist = Math.PI / 3, deviation = 0.12 } = options;
  requireRadii(inner, outer);
  requireCount("circles: bridges", bridges);
  requireFinite("circles: twist", twist);
  requireDeviation("circles: deviation", deviation);
  const curves = [circle(inner), circle(outer), spiralArcs(inner, outer, bridges, twist)] as const;
  const facts = {
    name: "circles",
    title: "Joined circles",
    description: `Concentric circles of radius ${brief(inner)} and ${brief(outer)}, joined by ${bridges} bridges that turn by ${degrees(twist)}, evenly covered, with normal noise of deviation ${brief(deviation)}.`,
  };
  return densityOf(facts, (random) => blurred(evenlyOn(curves, random), deviation, random));
}

interface Curve {
  readonly length: number;
  /** A point, evenly distributed along the curve. */
  readonly draw: (random: Random) => Point;
}

function circle(r: number): Curve {
  return { length: 2 * Math.PI * r, draw: (random) => polar(r, 2 * Math.PI * random.uniform()) };
}

/** All bridges as one curve: they are of equal length. */
function spiralArcs(inner: number, outer: number, bridges: number, twist: number): Curve {
  const kappa = twist / Math.log(outer / inner);
  return {
    length: bridges * Math.sqrt(1 + kappa ** 2) * (outer - inner),
    draw: (random) => {
      const start = (2 * Math.PI * random.integer(0, bridges - 1)) / bridges;
      const r = inner + (outer - inner) * random.uniform();
      return polar(r, start + kappa * Math.log(r / inner));
    },
  };
}

const polar = (r: number, angle: number): Point => [r * Math.cos(angle), r * Math.sin(angle)];

/** A point on one of the curves, which are chosen by their lengths. */
function evenlyOn(curves: readonly [Curve, ...Curve[]], random: Random): Point {
  let left = random.uniform() * curves.reduce((total, { length }) => total + length, 0);
  for (const { length, draw } of curves) {
    if (left < length) return draw(random);
    left -= length;
  }
  return curves[0].draw(random);
}

function requireRadii(inner: number, outer: number): void {
  requireLength("circles: inner", inner);
  requireLength("circles: outer", outer);
  if (inner < outer) return;
  throw fail("INVALID_ARGUMENT", {
    what: "circles: outer",
    expected: `a radius above the inner one, ${inner}`,
    received: String(outer),
  });
}
