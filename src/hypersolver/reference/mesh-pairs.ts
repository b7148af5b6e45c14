import { type Span, uniformMesh } from "../../ode/index.js";
import { stepsOf } from "../../ode/internal.js";
import type { Random } from "../../tensor/index.js";

/** One step to learn, from s to end. */
export interface MeshPair {
  readonly s: number;
  readonly end: number;
}

/** The steps of a uniform mesh: what the hypersolver will be used on. */
export function targetPairs(span: Span, steps: number): MeshPair[] {
  const mesh = uniformMesh(span, steps);
  return stepsOf(mesh).map(({ s }, k) => ({ s, end: mesh[k + 1] ?? s }));
}

/** Steps anywhere in the span, their sizes log-uniform in a range (signs follow the span). */
export function randomPairs(
  [t0, t1]: Span,
  range: readonly [number, number],
  count: number,
  random: Random,
): MeshPair[] {
  const direction = Math.sign(t1 - t0);
  const length = Math.abs(t1 - t0);
  const [low, high] = range.map((size) => Math.min(Math.abs(size), length)) as [number, number];
  return Array.from({ length: count }, () => {
    const size = low * (high / low) ** random.uniform();
    const s = t0 + direction * random.uniform() * (length - size);
    const end = s + direction * size;
    // Rounding must not lead beyond the span, where the field may not exist.
    return { s, end: direction * (end - t1) > 0 ? t1 : end };
  });
}

/** The same steps taken the other way. */
export const reversed = (pairs: readonly MeshPair[]): MeshPair[] =>
  pairs.map(({ s, end }) => ({ s: end, end: s }));

/** All points at which a reference must stand to serve the pairs, in the order of integration, the start first. */
export function timesOf([t0, t1]: Span, pairs: readonly MeshPair[]): number[] {
  const direction = Math.sign(t1 - t0);
  const points = new Set([t0, ...pairs.flatMap(({ s, end }) => [s, end])]);
  return [...points].sort((a, b) => direction * (a - b));
}
