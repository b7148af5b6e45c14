import { fail } from "../../tensor/index.js";
import type { Method, NumberList } from "../figure.js";
import { short } from "./numbers.js";

/** Trajectories of one method on one mesh. */
export interface TrajectorySet extends Method {
  /** States, shape [points, n, dimension], row-major: K + 1 points for K steps. */
  readonly states: NumberList;
  readonly shape: readonly [points: number, n: number, dimension: number];
  /** The mesh s₀ … s_K, shape [points]. Default: equally spaced in [0, 1]. Used for states that are not planar. */
  readonly times?: NumberList;
}

/** One point of one drawn trajectory. */
export interface TrajectoryRow {
  readonly method: string;
  readonly path: string;
  /** Index of the point. */
  readonly k: number;
  readonly s: number;
  readonly state: readonly number[];
  readonly place: "start" | "step" | "between" | "end";
}

/** Step points are drawn up to this number of points a trajectory: more of them would hide the line. */
const mostSteps = 25;

/** The first `most` trajectories as points, each cut before its first state that is not finite. */
export function trajectoryRows(set: TrajectorySet, most: number): { rows: TrajectoryRow[]; cut: number } {
  const [points, n, dimension] = set.shape;
  const rows: TrajectoryRow[] = [];
  let cut = 0;
  for (let i = 0; i < Math.min(n, most); i++) {
    const states: number[][] = [];
    for (let k = 0; k < points; k++) {
      const start = (k * n + i) * dimension;
      const state = Array.from(set.states.slice(start, start + dimension));
      if (!state.every(Number.isFinite)) break;
      states.push(state);
    }
    if (states.length < points) cut += 1;
    for (const [k, state] of states.entries()) {
      const s = short(set.times?.[k] ?? k / (points - 1));
      const place = placeOf(k, states.length);
      rows.push({ method: set.label, path: `${set.label}/${i}`, k, s, state, place });
    }
  }
  return { rows, cut };
}

function placeOf(k: number, points: number): TrajectoryRow["place"] {
  if (k === 0) return "start";
  if (k === points - 1) return "end";
  return points <= mostSteps ? "step" : "between";
}

/** Refuses sizes that do not match. @param dimension what the states of a figure have in common. */
export function checkTrajectories({ label, states, shape, times }: TrajectorySet, dimension: number): void {
  const [points, n, own] = shape;
  const fits = points >= 2 && n >= 1 && own >= 1 && states.length === points * n * own;
  if (fits && own === dimension && (times === undefined || times.length === points)) return;
  throw fail("INVALID_ARGUMENT", {
    what: `trajectories of "${label}"`,
    expected: `at least 2 points of n ≥ 1 states of dimension ${dimension || "≥ 1"}, and a time for each point`,
    received: `shape [${shape.join(", ")}], ${states.length} numbers, ${times?.length ?? "no"} times`,
  });
}
