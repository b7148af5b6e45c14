import { fail } from "../../tensor/errors.js";
import { checkMonotone, checkSpan, checkSteps, type Span, uniformMesh } from "./mesh.js";

/** Where fixed steps lie: so many equal ones between each two requested times, or all points of the solve, the start first. */
export type Grid = { readonly steps: number } | { readonly mesh: readonly number[] };

/** Where a solve begins, where it ends, and which states it yields. */
export interface SolvePlace {
  /** From where to where; the solution has the states at both ends. t1 < t0 runs backwards. */
  readonly span?: Span;
  /** Times of the wanted states, strictly monotone; the first is where y0 holds. */
  readonly times?: readonly number[];
}

/** All points of a fixed-step solve, and those of them whose states are wanted. */
export interface PlannedMesh {
  readonly mesh: readonly number[];
  readonly times: readonly number[];
}

/** @throws INVALID_ARGUMENT for an invalid number of steps or points. */
export function checkGrid(grid: Grid): void {
  if ("mesh" in grid) checkMonotone(grid.mesh, "mesh");
  else checkSteps(grid.steps);
}

/**
 * The requested times, two of them where a span is given.
 * @throws INVALID_ARGUMENT when there is neither or both, or when they are not monotone.
 */
export function requestedTimes({ span, times }: SolvePlace): readonly number[] {
  if ((span === undefined) === (times === undefined)) {
    throw fail("INVALID_ARGUMENT", {
      what: "span, times",
      expected: "one of them",
      received: span === undefined ? "none" : "both",
    });
  }
  return span === undefined ? checkMonotone(times ?? [], "times") : checkSpan(span);
}

/**
 * The points of a fixed-step solve. A grid of given points is a place by itself: without span and times all its states are
 * wanted.
 * @throws INVALID_ARGUMENT when a requested time is not among given points, or they go beyond.
 */
export function planMesh(grid: Grid, place: SolvePlace): PlannedMesh {
  if ("steps" in grid) {
    const times = requestedTimes(place);
    return { mesh: refined(times, grid.steps), times };
  }
  const mesh = withoutZeroLength(checkMonotone(grid.mesh, "mesh"));
  if (place.span === undefined && place.times === undefined) return { mesh, times: grid.mesh };
  const times = requestedTimes(place);
  const missing = times.find((time) => !mesh.includes(time));
  if (missing === undefined && times[0] === mesh[0] && times.at(-1) === mesh.at(-1)) return { mesh, times };
  throw fail("INVALID_ARGUMENT", {
    what: "mesh",
    expected: `points from ${times[0]} to ${times.at(-1)}, every requested time among them`,
    received: missing === undefined ? `${mesh[0]} to ${mesh.at(-1)}` : `no point at ${missing}`,
  });
}

/** Equal steps between each two neighbors, so that every requested time is a mesh point. */
function refined(times: readonly number[], steps: number): readonly number[] {
  const start = times[0] ?? 0;
  checkSteps(steps, Math.max(1, times.length - 1));
  const first = uniformMesh([start, times[1] ?? start], steps);
  const others = times.slice(2).flatMap((end, i) => uniformMesh([times[i + 1] ?? end, end], steps).slice(1));
  return [...first, ...others];
}

function withoutZeroLength(points: readonly number[]): readonly number[] {
  return points.length === 2 && points[0] === points[1] ? points.slice(0, 1) : points;
}
