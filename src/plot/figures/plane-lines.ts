import type { Method } from "../figure.js";
import { methodChannel } from "../parts/method-channel.js";
import { short } from "../parts/numbers.js";
import { panelColumns } from "../parts/panels.js";
import { type PlaneRange, planeAxes } from "../parts/plane.js";
import { ink, methodColors, type PanelTitle, panelTitle } from "../parts/theme.js";
import type { TrajectoryRow } from "../parts/trajectory-set.js";
import type { Layer } from "../parts/vega-lite.js";

/** How planar trajectories are laid out; see `TrajectoryOptions`. */
export interface PlaneLayout {
  readonly layout?: "panels" | "overlay";
  readonly panelSize?: number;
}

/**
 * Planar trajectories with equal scales, as one panel a method over the faint reference, or all in one.
 *
 * @param rows the points of each method, in the order of `methods`.
 * @param range the drawn region; lines that leave it are clipped.
 */
export function planeLines(
  methods: readonly Method[],
  rows: readonly (readonly TrajectoryRow[])[],
  range: PlaneRange,
  { layout = "panels", panelSize }: PlaneLayout,
): PlanePanel | PlanePanels {
  const colors = methodColors(methods);
  const data = rows.map((own) => ({ values: planePoints(own, range) }));
  const frame = (size: number) => ({ width: size, height: size, view: { stroke: ink.grid } });
  if (layout === "overlay") {
    const size = panelSize ?? 420;
    const color = methodChannel(methods, size);
    const values = data.flatMap((own) => own.values);
    return { ...frame(size), data: { values }, layer: planeLayers(range, { color }) };
  }
  const reference = methods.findIndex(({ role }) => role === "reference");
  const ghost: Layer = {
    data: data[reference] ?? { values: [] },
    ...lineLayer(range, { color: { value: ink.ghost } }, 1),
  };
  const concat = methods.map(({ label, role }, i) => ({
    title: panelTitle(label),
    ...frame(panelSize ?? 250),
    layer: [
      ...(role === "reference" ? [] : [ghost]),
      {
        data: data[i] ?? { values: [] },
        layer: planeLayers(range, { color: { value: colors.range[i] ?? ink.text } }),
      },
    ],
  }));
  return { concat, columns: panelColumns(methods.length), spacing: 18 };
}

/** Lines over each other. */
export interface PlanePanel {
  readonly title?: PanelTitle;
  readonly width: number;
  readonly height: number;
  readonly view: { readonly stroke: string };
  readonly data?: { readonly values: PlanePoint[] };
  readonly layer: Layer[];
}

/** Panels beside and below each other. */
export interface PlanePanels {
  readonly concat: PlanePanel[];
  readonly columns: number;
  readonly spacing: number;
}

/** A point of a trajectory in the plane. */
export interface PlanePoint extends Omit<TrajectoryRow, "state"> {
  x: number;
  y: number;
}

/**
 * The points of some trajectories. One that goes far outside the range ends there, on its own segment:
 * rasterizers fail on coordinates of millions of pixels.
 */
export function planePoints(rows: readonly TrajectoryRow[], range: PlaneRange): PlanePoint[] {
  const size = range.x[1] - range.x[0];
  const center = [(range.x[0] + range.x[1]) / 2, (range.y[0] + range.y[1]) / 2] as const;
  const points: PlanePoint[] = [];
  let ended: string | undefined;
  for (const { state, ...row } of rows) {
    if (row.path === ended) continue;
    const [x = 0, y = 0] = state;
    const distance = Math.max(Math.abs(x - center[0]), Math.abs(y - center[1]));
    if (distance <= 2 * size) {
      points.push({ ...row, x: short(x), y: short(y) });
      continue;
    }
    ended = row.path;
    const before = points.at(-1);
    if (before?.path !== row.path) continue;
    const share = Math.min(1, (3 * size) / Math.hypot(x - before.x, y - before.y));
    const at = (from: number, to: number): number => short(from + (to - from) * share);
    points.push({ ...row, place: "between", x: at(before.x, x), y: at(before.y, y) });
  }
  return points;
}

/** One color for all lines of a layer, or one a method. */
export type Color = { color: NonNullable<NonNullable<Layer["encoding"]>["color"]> };

/** Lines, then steps, starts and ends as points. */
export function planeLayers(range: PlaneRange, color: Color): Layer[] {
  const points = (place: TrajectoryRow["place"], mark: object): Layer => ({
    transform: [{ filter: `datum.place === '${place}'` }],
    mark: { type: "point", aria: false, clip: true, opacity: 1, ...mark },
    encoding: { ...planeAxes(range), ...color },
  });
  return [
    lineLayer(range, color, 0.75),
    points("step", { size: 6, filled: true, fillOpacity: 0.7 }),
    points("start", { size: 18, strokeWidth: 1, fill: "#ffffff" }),
    points("end", { size: 24, filled: true, stroke: "#ffffff", strokeWidth: 0.6 }),
  ];
}

/** Lines through the points of each path. Not `opacity`: resvg 2.6 loses parts of such lines outside the picture. */
function lineLayer(range: PlaneRange, color: Color, strokeOpacity: number) {
  return {
    mark: { type: "line" as const, strokeWidth: 1.2, strokeOpacity, aria: false, clip: true },
    encoding: {
      ...planeAxes(range),
      ...color,
      detail: { field: "path" },
      order: { field: "k", type: "quantitative" as const },
    },
  };
}
