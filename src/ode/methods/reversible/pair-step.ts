import type { MeshStep } from "../../problem/mesh.js";
import type { Algebra } from "../algebra.js";

/** The two states that a reversible method carries: y is the solution, z what makes the way back exact. */
export interface Pair<Y> {
  readonly y: Y;
  readonly z: Y;
}

/** One step of any explicit method, y + Ψ_dt(s, y), to either side. */
export type OneStep<Y, S> = (s: S, dt: S, y: Y) => Y;

/** A step of a pair: what y becomes, and then z, for those who go on. */
export interface PairStep<Y> {
  readonly y: Y;
  z(): Y;
}

/** How a pair is carried over one step. */
export type PairRule = <Y, S>(
  step: OneStep<Y, S>,
  algebra: Algebra<Y, S>,
  place: MeshStep<S>,
  pair: Pair<Y>,
) => PairStep<Y>;

/**
 * A step that can be undone, made of two steps of any explicit method with increment Ψ:
 *
 *     y' = λ y + (1 − λ) z + Ψ_h(s, z);   z' = z − Ψ_{−h}(s + h, y').
 *
 * Each line changes one state by a function of the other, so that solving them for the old states inverts them exactly, and
 * the volume of pairs changes by λ^d.
 * @param coupling λ, above 0 and at most 1.
 * Reference: S. McCallum, J. Foster, Efficient, Accurate and Stable Gradients for Neural ODEs, arXiv:2410.11648, 2024.
 */
export const forwardPair =
  (coupling: number): PairRule =>
  (step, algebra, { s, dt }, pair) => {
    const y = algebra.move(step(s, dt, pair.z), coupling, pair.z, pair.y);
    return {
      y,
      z: () => algebra.move(pair.z, 1, step(algebra.time(s, 1, dt), algebra.negative(dt), y), y),
    };
  };

/** The inverse of `forwardPair`: a step of the same form from the end of the other to its start. */
export const inversePair =
  (coupling: number): PairRule =>
  (step, algebra, { s, dt }, pair) => {
    const z = algebra.move(pair.z, 1, pair.y, step(s, dt, pair.y));
    const forth = step(algebra.time(s, 1, dt), algebra.negative(dt), z);
    return { y: algebra.move(z, 1 / coupling, forth, pair.y), z: () => z };
  };
