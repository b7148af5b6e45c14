import { most } from "../../spec/internal.js";
import { fail } from "../../tensor/errors.js";

/** Start and end of an integration. The end may lie before the start: then the solve runs backwards. */
export type Span = readonly [t0: number, t1: number];

/** One step of a mesh: from s to s + dt. */
export interface MeshStep<S> {
  readonly s: S;
  readonly dt: S;
}

/**
 * K equal steps: K + 1 points, the first exactly t0 and the last exactly t1.
 * A span of zero length has the single point t0, hence no step.
 * @throws INVALID_ARGUMENT when the span is not two finite numbers or `steps` is no integer from 1 to 10,000,000.
 */
export function uniformMesh(span: Span, steps: number): readonly number[] {
  const [t0, t1] = checkSpan(span);
  checkSteps(steps);
  if (t0 === t1) return [t0];
  return Array.from({ length: steps + 1 }, (_, i) => (i === steps ? t1 : t0 + ((t1 - t0) * i) / steps));
}

/**
 * A number of equal steps whose mesh fits into memory.
 * @param stretches in which so many steps are taken.
 * @throws INVALID_ARGUMENT
 */
export function checkSteps(steps: number, stretches = 1): void {
  if (Number.isInteger(steps) && steps >= 1 && steps * stretches <= most.steps) return;
  const each = stretches === 1 ? "" : ` in all ${stretches} stretches between times together`;
  throw fail("INVALID_ARGUMENT", {
    what: "steps",
    expected: `a positive integer, at most ${most.steps}${each}`,
    received: String(steps),
  });
}

/**
 * Steps of a given size; the last one is shortened to land exactly on t1.
 * @param stepSize positive, whatever the direction of the span.
 * @throws INVALID_ARGUMENT when the span is not two finite numbers, the step size is not positive and finite, or there are
 *   more than 10,000,000 steps.
 */
export function meshOfStepSize(span: Span, stepSize: number): readonly number[] {
  const [t0, t1] = checkSpan(span);
  if (!(stepSize > 0 && stepSize < Number.POSITIVE_INFINITY)) {
    throw fail("INVALID_ARGUMENT", {
      what: "stepSize",
      expected: "a positive finite number; the span gives the direction",
      received: String(stepSize),
    });
  }
  if (t0 === t1) return [t0];
  const exact = Math.abs(t1 - t0) / stepSize;
  // A quotient within rounding of an integer is that integer: 0.3 / 0.1 takes three steps, not four.
  const rounded = Math.round(exact);
  const steps = rounded > 0 && Math.abs(exact - rounded) < 1e-9 * rounded ? rounded : Math.ceil(exact);
  checkSteps(steps);
  const signed = Math.sign(t1 - t0) * stepSize;
  return Array.from({ length: steps + 1 }, (_, i) => (i === steps ? t1 : t0 + i * signed));
}

/** The steps between neighboring mesh points: one fewer than points. */
export function stepsOf(mesh: readonly number[]): readonly MeshStep<number>[] {
  return mesh.slice(1).map((end, i) => {
    const s = mesh[i] ?? end;
    return { s, dt: end - s };
  });
}

/**
 * Points in strictly increasing or strictly decreasing order. Two equal points alone, [a, a], are a span of zero
 * length and allowed.
 * @throws INVALID_ARGUMENT when empty, not finite or not monotone.
 */
export function checkMonotone(points: readonly number[], what: string): readonly number[] {
  const direction = Math.sign((points.at(-1) ?? 0) - (points[0] ?? 0));
  const zeroLength = points.length === 2 && direction === 0;
  const bad = points.findIndex((point, i) => {
    if (!Number.isFinite(point)) return true;
    return i > 0 && !zeroLength && !(direction * (point - (points[i - 1] ?? point)) > 0);
  });
  if (points.length > 0 && bad === -1) return points;
  throw fail("INVALID_ARGUMENT", {
    what,
    expected: "finite numbers, strictly increasing or strictly decreasing",
    received: bad === -1 ? "no numbers" : `${points[bad]} at position ${bad} of ${points.length}`,
  });
}

/** @throws INVALID_ARGUMENT when the span is not two finite numbers. */
export function checkSpan(span: Span): Span {
  if (span.length === 2) checkMonotone(span, "span");
  else {
    throw fail("INVALID_ARGUMENT", {
      what: "span",
      expected: "two numbers [t0, t1]",
      received: `${(span as readonly number[]).length} numbers`,
      help: "for more output points give `times`",
    });
  }
  return span;
}

/** The point of a span nearest to s. */
export function clampTo([t0, t1]: Span, s: number): number {
  return Math.min(Math.max(t0, t1), Math.max(Math.min(t0, t1), s));
}

/** First and last of the points. */
export function spanOf(points: readonly number[]): Span {
  const t0 = points[0] ?? 0;
  return [t0, points.at(-1) ?? t0];
}
