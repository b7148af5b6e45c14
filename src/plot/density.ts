import { fail } from "../tensor/index.js";
import {
  type Figure,
  type FigureText,
  type Layer,
  type NumberList,
  requireMethods,
  sentences,
} from "./figure.js";
import { formatNumber, formatPercent } from "./format.js";
import { quantile, short } from "./numbers.js";
import { type Bins, countInBins, type PlaneRange, planeBins, robustRange } from "./plane.js";
import { sizes } from "./theme.js";

/** Samples in the plane, to be drawn as one panel. */
export interface PointCloud {
  /** Title of the panel: `"Heun, 2 NFE"`. */
  readonly label: string;
  /** Shape [n, 2], row-major. */
  readonly points: NumberList;
}

/** How densities are binned, coloured and laid out. */
export interface DensityOptions extends FigureText {
  /** Cells along the longer side. Default 100. */
  readonly bins?: number;
  /** Drawn region in data units. Default: the 0.2 % … 99.8 % quantiles of all clouds together and a margin. */
  readonly range?: PlaneRange;
  /** Approximate width of a panel in CSS pixels: cells take whole half pixels. Default 250. */
  readonly panelSize?: number;
  /** Panels a row. Default: all up to four, then three. */
  readonly columns?: number;
  /** Sequential Vega colour scheme whose low end is dark. Default `"inferno"`. */
  readonly scheme?: "inferno" | "magma" | "viridis" | "plasma";
  /** How density becomes colour. `"log"` shows thin parts beside narrow peaks; it starts at one sample a cell. Default `"linear"`. */
  readonly colourScale?: "linear" | "log";
  /** Quantile of the first cloud's non-empty cells from which the colour is saturated. Default 0.995. */
  readonly saturation?: number;
}

/** The low end of each scheme, for cells without samples. */
const darkest = { inferno: "#000004", magma: "#000004", viridis: "#440154", plasma: "#0d0887" } as const;

/**
 * Point clouds side by side as two-dimensional histograms with the same cells and the same colour scale.
 * The colour is the density: share of a cloud's samples a cell, divided by the area of the cell. Its scale
 * follows the first cloud, which should be the reference; denser cells of others have its brightest colour.
 *
 * @param clouds at least one; each with finite points. Points that are NaN or infinite, and points
 *   outside the range, are counted in the caption.
 * @throws INVALID_ARGUMENT if there is no cloud, a cloud is empty or of odd length, or labels repeat.
 */
export function density(clouds: readonly PointCloud[], options: DensityOptions = {}): Figure {
  requireMethods("density", clouds);
  const finite = clouds.map(finitePoints);
  const range = options.range ?? robustRange(finite);
  const bins = planeBins(range, options.bins ?? 100);
  const counts = finite.map((points) => countInBins(points, bins));
  const densities = counts.map(({ cells, total }) => cells.map((count) => count / (total * bins.size ** 2)));
  const first = (densities[0] ?? new Float64Array()).filter((value) => value > 0).sort();
  const top = quantile(first, options.saturation ?? 0.995);
  if (!(top > 0)) {
    throw fail("INVALID_ARGUMENT", {
      what: `density of "${clouds[0]?.label}"`,
      expected: "points within the range",
      received: "none",
    });
  }
  // Cells of whole half pixels stay sharp in a picture of twice the size.
  const cellPixels = Math.max(1, Math.round((2 * (options.panelSize ?? 250)) / bins.columns)) / 2;
  const { scheme = "inferno" } = options;
  const single = 1 / (Math.max(...counts.map(({ total }) => total)) * bins.size ** 2);
  const domain: readonly [number, number] =
    options.colourScale === "log" ? [short(single), short(top)] : [0, short(top)];
  const colour = { type: options.colourScale ?? "linear", scheme, domain };
  const columns = options.columns ?? (clouds.length <= 4 ? clouds.length : 3);
  const panels = densities.map((cells, i) => ({
    title: { text: clouds[i]?.label ?? "", anchor: "middle" as const, offset: 8, fontSize: sizes.axisTitle },
    width: bins.columns * cellPixels,
    height: bins.rows * cellPixels,
    view: { fill: darkest[scheme], stroke: null },
    data: { values: cellRectangles(cells, bins, cellPixels) },
    layer: [panelLayer(bins, colour)],
  }));
  const notes = clouds.map(({ label, points }, i) => {
    const broken = points.length / 2 - (finite[i]?.length ?? 0) / 2;
    const outside = counts[i]?.outside ?? 0;
    return outsideNote(label, broken, outside, points.length / 2);
  });
  const { name = "density", title = "Sample density" } = options;
  const caption =
    options.caption ??
    `Two-dimensional histograms of ${clouds.map(({ label, points }) => `${label} (${formatNumber(points.length / 2)} samples)`).join(", ")}; same cells, same colour scale.`;
  return {
    name,
    title,
    caption: sentences(caption, ...notes),
    spec: { title, columns, concat: panels, spacing: 18, resolve: { scale: { color: "shared" } } },
  };
}

interface ColourScale {
  readonly type: "linear" | "log";
  readonly scheme: keyof typeof darkest;
  readonly domain: readonly [number, number];
}

/** One panel: cells as rectangles, without axes, since the shape is what counts. */
function panelLayer(bins: Bins, { type, scheme, domain }: ColourScale): Layer {
  const [x0, x1] = bins.range.x;
  const [y0, y1] = bins.range.y;
  const hidden = { axis: null } as const;
  return {
    mark: { type: "rect", aria: false, clip: true },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        scale: { domain: [x0, x1], nice: false, zero: false },
        ...hidden,
      },
      x2: { field: "x2" },
      y: {
        field: "y",
        type: "quantitative",
        scale: { domain: [y0, y1], nice: false, zero: false },
        ...hidden,
      },
      y2: { field: "y2" },
      color: {
        field: "density",
        type: "quantitative",
        scale: { type, scheme, domain: [...domain], clamp: true },
        legend: { title: "density", gradientLength: 160, gradientThickness: 10, tickCount: 4 },
      },
    },
  };
}

/**
 * The non-empty cells, with their borders in data units. Each reaches half a pixel under its right and upper
 * neighbour, drawn later, since rasterisers leave hair lines between rectangles that only touch.
 */
function cellRectangles(cells: Float64Array, bins: Bins, cellPixels: number): Record<string, number>[] {
  const rectangles: Record<string, number>[] = [];
  const reach = bins.size * (1 + 0.5 / cellPixels);
  for (const [cell, value] of cells.entries()) {
    if (value === 0) continue;
    const column = cell % bins.columns;
    const row = Math.floor(cell / bins.columns);
    const x = bins.range.x[0] + column * bins.size;
    const y = bins.range.y[0] + row * bins.size;
    rectangles.push({ x, x2: x + reach, y, y2: y + reach, density: short(value, 4) });
  }
  return rectangles;
}

function finitePoints({ label, points }: PointCloud): Float64Array {
  const kept: number[] = [];
  for (let i = 0; i + 1 < points.length; i += 2) {
    const x = points[i] ?? Number.NaN;
    const y = points[i + 1] ?? Number.NaN;
    if (Number.isFinite(x) && Number.isFinite(y)) kept.push(x, y);
  }
  if (kept.length === 0 || points.length % 2 !== 0) {
    throw fail("INVALID_ARGUMENT", {
      what: `density of "${label}"`,
      expected: "points of shape [n, 2] with at least one finite point",
      received: `${points.length} numbers, ${kept.length / 2} finite points`,
    });
  }
  return Float64Array.from(kept);
}

function outsideNote(label: string, broken: number, outside: number, n: number): string {
  const facts: string[] = [];
  if (broken > 0) facts.push(`${formatPercent(broken / n)} not finite and dropped`);
  if (outside / n >= 0.005) facts.push(`${formatPercent(outside / n)} outside the drawn region`);
  return facts.length === 0 ? "" : `${label}: ${facts.join(", ")}.`;
}
