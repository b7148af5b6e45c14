import type { Role } from "../../draw/colors.js";
import type { Pendulums, Swing, SwingResult } from "../../worker/pendulum.js";

/** Seconds of an interval, as the worker has it. */
export const INTERVAL = 0.5;
/** The largest torque that the correction knows. */
export const MOST_TORQUE = 8;
/** √(g/l), in 1/s: makes an angle of a velocity. */
const NATURAL = 3.13;

export type PendulumName = keyof Pendulums;

export const pendulumNames: Readonly<Record<PendulumName, string>> = {
  reference: "dopri5, which both are compared with",
  hyper: "HyperMidpoint, 4 evaluations",
  rk4: "RK4, 4 evaluations",
};
export const pendulumRoles: Readonly<Record<PendulumName, Role>> = {
  reference: "reference",
  hyper: "correction",
  rk4: "base",
};

/** Where they begin. */
export const atRest: Pendulums = { reference: [1.2, 0], hyper: [1.2, 0], rk4: [1.2, 0] };

/** An interval that is being shown. */
export interface Motion {
  readonly from: Pendulums;
  readonly result: SwingResult;
  /** Milliseconds of the page's clock. */
  readonly begun: number;
}

/** An angle in [−π, π]. */
export const turned = (angle: number): number => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

/** How far a pendulum is from another: in the plane of angle and scaled velocity. */
export const apart = ([a, v]: Swing, [b, w]: Swing): number => Math.hypot(turned(a - b), (v - w) / NATURAL);

/** The angle of each at this moment: between the ends of an interval on the cubic that has their velocities. */
export function anglesAt(now: Pendulums, motion: Motion | undefined): Readonly<Record<PendulumName, number>> {
  if (motion === undefined) return { reference: now.reference[0], hyper: now.hyper[0], rk4: now.rk4[0] };
  const { from, result, begun } = motion;
  const share = Math.min(1, (performance.now() - begun) / (1000 * INTERVAL));
  const at = share * (result.path.length - 1);
  const [before, after] = [result.path[Math.floor(at)] ?? 0, result.path[Math.ceil(at)] ?? 0];
  return {
    reference: before + (at - Math.floor(at)) * (after - before),
    hyper: hermite(from.hyper, result.ends.hyper, share),
    rk4: hermite(from.rk4, result.ends.rk4, share),
  };
}

function hermite([angle, v0]: Swing, [end, v1]: Swing, s: number): number {
  const start = turned(angle);
  return start + s * s * (3 - 2 * s) * (end - start) + INTERVAL * s * (1 - s) * ((1 - s) * v0 - s * v1);
}
