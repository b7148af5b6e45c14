import { type Figure, type FigureText, requireMethods, sentences } from "../figure.js";
import { type PlaneRange, squareRange } from "../parts/plane.js";
import {
  checkTrajectories,
  type TrajectoryRow,
  type TrajectorySet,
  trajectoryRows,
} from "../parts/trajectory-set.js";
import type { TopLevelSpec } from "../parts/vega-lite.js";
import { componentLines } from "./component-lines.js";
import { planeLines } from "./plane-lines.js";

/** Which trajectories are drawn, and how. */
export interface TrajectoryOptions extends FigureText {
  /** Trajectories drawn of each method, the first ones. Default 40. */
  readonly most?: number;
  /** Planar states: one panel a method over the faint reference, or all in one. Default `"panels"`. */
  readonly layout?: "panels" | "overlay";
  /** States that are not planar: components drawn, the first ones. Default 3. */
  readonly components?: number;
  /** Width of a panel in CSS pixels. Default 250 in the plane, 420 for an overlay, 560 for components. */
  readonly panelSize?: number;
}

/**
 * Trajectories of several methods. Planar states are drawn in the plane with equal scales: hollow points where
 * they start, filled points where they end, small dots at steps. States of another dimension are drawn as
 * components against s. A trajectory is cut at its first state that is not finite; the caption counts these.
 *
 * @throws INVALID_ARGUMENT if there is no method, sizes do not match, dimensions differ, or labels repeat.
 */
export function trajectories(sets: readonly TrajectorySet[], options: TrajectoryOptions = {}): Figure {
  requireMethods("trajectories", sets);
  const dimension = sets[0]?.shape[2] ?? 0;
  for (const set of sets) checkTrajectories(set, dimension);
  const { most = 40, name = "trajectories", title = "Trajectories" } = options;
  const drawn = sets.map((set) => trajectoryRows(set, most));
  const rows = drawn.map((own) => own.rows);
  const planar = dimension === 2;
  const range = planar
    ? squareRange(rows.flat().map(({ state }) => [state[0] ?? 0, state[1] ?? 0]))
    : undefined;
  const notes = drawn.flatMap(({ cut }, i) => {
    const of = `of ${Math.min(most, sets[i]?.shape[1] ?? 0)} trajectories`;
    const left = range === undefined ? 0 : countLeaving(rows[i] ?? [], range);
    return [
      cut === 0 ? "" : `${sets[i]?.label}: ${cut} ${of} cut at a state that is not finite.`,
      left === 0 ? "" : `${sets[i]?.label}: ${left} ${of} leave the drawn region.`,
    ];
  });
  const plain = planar
    ? "Hollow points: initial states; filled points: final states; dots: steps, where they are few."
    : `The first components of the state against s.`;
  const text = { name, title, caption: sentences(options.caption ?? plain, ...notes) };
  if (range === undefined) {
    const { components = 3, panelSize = 560 } = options;
    return {
      ...text,
      spec: {
        title,
        ...componentLines(sets, rows.flat(), Math.min(components, dimension), panelSize),
      } satisfies TopLevelSpec,
    };
  }
  return { ...text, spec: { title, ...planeLines(sets, rows, range, options) } satisfies TopLevelSpec };
}

/** How many trajectories have a point outside the drawn region. */
function countLeaving(rows: readonly TrajectoryRow[], { x, y }: PlaneRange): number {
  const leaving = rows.filter(({ state: [a = 0, b = 0] }) => a < x[0] || a > x[1] || b < y[0] || b > y[1]);
  return new Set(leaving.map(({ path }) => path)).size;
}
