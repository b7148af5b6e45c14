import { fail } from "../../tensor/index.js";
import { type Figure, type FigureText, requireMethods, sentences } from "../figure.js";
import { arrowPath } from "../parts/arrow-shape.js";
import { type ColorChannel, colorChannel } from "../parts/color-legend.js";
import type { ColorScale, Scheme } from "../parts/color-ramp.js";
import { formatNumber } from "../parts/format.js";
import { quantile, short, sortedFinite } from "../parts/numbers.js";
import { colorPanels, panelColumns } from "../parts/panels.js";
import { type PlaneRange, planeAxes, squareRange } from "../parts/plane.js";
import { ink, methodColors, panelTitle } from "../parts/theme.js";
import { checkTrajectories, type TrajectorySet, trajectoryRows } from "../parts/trajectory-set.js";
import type { Layer, TopLevelSpec } from "../parts/vega-lite.js";
import { planeLayers, planePoints } from "./plane-lines.js";

/** The field at one place. */
export interface Arrow {
  /** Where, in data units: the middle of the arrow. */
  readonly x: number;
  readonly y: number;
  /** The field there, per unit of s. */
  readonly u: number;
  readonly v: number;
}

/** A planar field at one time. */
export interface ArrowPanel {
  /** Title of the panel: `"s = 0.5"`. */
  readonly label: string;
  /** Usually on a regular grid. Those that are not finite are left out and counted. */
  readonly arrows: readonly Arrow[];
  /** Planar trajectories over the arrows. */
  readonly trajectories?: TrajectorySet;
}

/** How a field is drawn. */
export interface VectorFieldOptions extends FigureText {
  /** Title of the legend. Default `"speed"`. */
  readonly speedLabel?: string;
  /** Default `"viridis"`, without its brightest sixth, which white would swallow. */
  readonly scheme?: Scheme;
  /** Drawn region. Default: a square that holds all arrows whole. */
  readonly range?: PlaneRange;
  /** Width and height of a panel in CSS pixels. Default 420 for one panel, else 270. */
  readonly panelSize?: number;
  /** Panels a row. Default: all up to four, then three. */
  readonly columns?: number;
  /** Trajectories drawn in a panel, the first ones. Default 40. */
  readonly most?: number;
}

/** The longest arrow over the distance to the nearest neighbor: no two touch. */
const REACH = 0.9;

/** The shortest arrow over the longest: its direction can still be seen. */
const SHORTEST = 0.3;

/** Length of an arrow that is zero, in CSS pixels: one cannot see where it points. */
const DOT = 2;

/**
 * Planar vector fields as arrows, one panel each, for example a learned field at several s. Color is the speed
 * √(u² + v²), on one scale. The length grows with its square root, from a third of the spacing of the arrows to
 * nearly all of it, so that slow regions keep a direction; a zero is a dot.
 *
 * @throws INVALID_ARGUMENT if there is no panel, a panel has no finite arrow, labels repeat, or trajectories are
 *   not planar.
 */
export function vectorField(panels: readonly ArrowPanel[], options: VectorFieldOptions = {}): Figure {
  requireMethods("vector field", panels);
  const finite = panels.map(finiteArrows);
  const { most = 40, panelSize: size = panels.length === 1 ? 420 : 270, scheme = "viridis" } = options;
  const range = options.range ?? rangeAround(finite);
  const fastest = Math.max(...finite.flat().map(speed)) || 1;
  const scale: ColorScale = { type: "linear", scheme, share: 0.85, domain: [0, short(fastest)] };
  const legend = colorChannel("speed", scale, options.speedLabel ?? "speed", Math.min(200, size - 40));
  const concat = panels.map(({ label, trajectories }, i) => {
    const own = finite[i] ?? [];
    const reach = (REACH * spacing(own) * size) / (range.x[1] - range.x[0]);
    const rows = own.map((arrow) => arrowRow(arrow, reach, fastest));
    const lines = trajectories === undefined ? [] : [lineLayer(trajectories, range, most)];
    return {
      title: panelTitle(label),
      width: size,
      height: size,
      view: { stroke: ink.grid },
      layer: [arrowLayer(rows, range, legend), ...lines],
    };
  });
  const { columns = panelColumns(panels.length) } = options;
  const { name = "vector-field", title = "Vector field" } = options;
  return {
    name,
    title,
    caption: sentences(options.caption ?? plainCaption(panels), ...panels.map(brokenNote)),
    spec: colorPanels({ title, columns, concat, spacing: 24 }) satisfies TopLevelSpec,
  };
}

interface ArrowRow {
  x: number;
  y: number;
  speed: number;
  path: string;
}

/** @param reach length of the fastest arrow in CSS pixels. */
function arrowRow(arrow: Arrow, reach: number, fastest: number): ArrowRow {
  const own = speed(arrow);
  const length = own === 0 ? DOT : reach * (SHORTEST + (1 - SHORTEST) * Math.sqrt(own / fastest));
  const path = arrowPath(Math.atan2(arrow.v, arrow.u), length);
  return { x: short(arrow.x), y: short(arrow.y), speed: short(own, 4), path };
}

function arrowLayer(values: ArrowRow[], range: PlaneRange, color: ColorChannel): Layer {
  return {
    data: { values },
    // A symbol of size 4 has the pixels of its path.
    mark: { type: "point", filled: true, opacity: 1, size: 4, aria: false, clip: true },
    encoding: {
      ...planeAxes(range),
      shape: { field: "path", type: "nominal", scale: null, legend: null },
      color,
    },
  };
}

function lineLayer(set: TrajectorySet, range: PlaneRange, most: number): Layer {
  const values = planePoints(trajectoryRows(set, most).rows, range);
  const { range: colors } = methodColors([{ role: "hypersolver", ...set }]);
  return { data: { values }, layer: planeLayers(range, { color: { value: colors[0] ?? ink.text } }) };
}

const speed = ({ u, v }: Arrow): number => Math.hypot(u, v);

/** A square around the arrows, tips included: an arrow reaches half its length from its middle. */
function rangeAround(panels: readonly (readonly Arrow[])[]): PlaneRange {
  const tips = panels.flatMap((own) => {
    const half = (REACH * spacing(own)) / 2;
    return own.flatMap(({ x, y }) => [[x - half, y - half] as const, [x + half, y + half] as const]);
  });
  return squareRange(tips);
}

/** Median distance of the arrows to their nearest neighbors in data units; 1 for a single arrow. */
function spacing(arrows: readonly Arrow[]): number {
  const nearest = arrows.map(({ x, y }, i) =>
    arrows.reduce(
      (least, other, j) => (i === j ? least : Math.min(least, Math.hypot(x - other.x, y - other.y))),
      Number.POSITIVE_INFINITY,
    ),
  );
  return quantile(sortedFinite(nearest), 0.5) || 1;
}

function finiteArrows({ label, arrows, trajectories }: ArrowPanel): Arrow[] {
  if (trajectories !== undefined) checkTrajectories(trajectories, 2);
  const finite = arrows.filter(({ x, y, u, v }) => [x, y, u, v].every(Number.isFinite));
  if (finite.length > 0) return finite;
  throw fail("INVALID_ARGUMENT", {
    what: `vector field "${label}"`,
    expected: "at least one finite arrow",
    received: `${arrows.length} arrows, none finite`,
  });
}

function plainCaption(panels: readonly ArrowPanel[]): string {
  const lines = panels.some(({ trajectories }) => trajectories !== undefined)
    ? " Lines are trajectories, from hollow to filled points."
    : "";
  return `Arrows show the direction of the field, color its speed; the length grows with the root of the speed.${lines}`;
}

function brokenNote({ label, arrows }: ArrowPanel): string {
  const broken = arrows.filter(({ x, y, u, v }) => ![x, y, u, v].every(Number.isFinite)).length;
  return broken === 0 ? "" : `${label}: ${formatNumber(broken)} arrows that are not finite are not drawn.`;
}
