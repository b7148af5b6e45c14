import { fail } from "../../tensor/index.js";
import { type Figure, type FigureText, type NumberList, requireMethods } from "../figure.js";
import { cellImage } from "../parts/cell-image.js";
import { colorLegend } from "../parts/color-legend.js";
import type { ColorScale, Scheme } from "../parts/color-ramp.js";
import { quantile, short } from "../parts/numbers.js";
import { fitsRow, panelNote, rowLabel, rowLines } from "../parts/panel-text.js";
import { colorPanels } from "../parts/panels.js";
import { panelTitle } from "../parts/theme.js";
import type { TopLevelSpec } from "../parts/vega-lite.js";

/** Numbers of one picture, [height, width], highest row first, as images are stored. */
export interface GridImage {
  readonly values: NumberList;
  /** Written small in a corner. */
  readonly note?: string;
}

/** The pictures of one row, such as one sample and method, by column. */
export interface ImageRow {
  readonly label: string;
  readonly images: readonly GridImage[];
}

/** Size, colors and texts of a grid of images. */
export interface ImageGridOptions extends FigureText {
  /** Extent of every picture in pixels of its own. */
  readonly height: number;
  readonly width: number;
  /** Headings of the columns. */
  readonly headings: readonly string[];
  /** Title of the legend. */
  readonly valueLabel: string;
  /** Numbers of the darkest and the brightest color. Default: 0 to the 99.5 % quantile of all. */
  readonly domain?: readonly [number, number];
  /** Default `"inferno"`. */
  readonly scheme?: Scheme;
  /** Width of a picture in CSS pixels. Default 84. */
  readonly panelSize?: number;
}

/**
 * Many small pictures as a table on one color scale: errors by mesh point, as the paper's figures 3, 4, 9 and 10.
 * @throws INVALID_ARGUMENT if there is no row, labels repeat, or sizes do not match.
 */
export function imageGrid(rows: readonly ImageRow[], options: ImageGridOptions): Figure {
  requireMethods("image grid", rows);
  checkSizes(rows, options);
  const { height, width, headings, panelSize = 84, valueLabel } = options;
  const scale = scaleOf(rows, options);
  const panelHeight = Math.round((panelSize * height) / width);
  const rowText = rows.every(({ label }) => fitsRow(label, panelHeight)) ? rowLabel : rowLines;
  const panels = rows.flatMap(({ label, images }, i) =>
    images.map(({ values, note }, j) => ({
      ...(i === 0 && { title: panelTitle(headings[j] ?? "") }),
      width: panelSize,
      height: panelHeight,
      layer: [
        cellImage(
          { columns: width, rows: height, values: upsideDown(values, width) },
          scale,
          panelSize,
          panelHeight,
        ),
        colorLegend(scale, valueLabel, 160),
        ...(j === 0 ? [rowText(label, panelHeight)] : []),
        ...(note === undefined ? [] : panelNote(note, panelSize, panelHeight)),
      ],
    })),
  );
  const { name = "image-grid", title = "Pictures", caption = "One color scale for all." } = options;
  return {
    name,
    title,
    caption,
    spec: colorPanels({
      title,
      columns: headings.length,
      concat: panels,
      spacing: { row: 6, column: 6 },
    }) satisfies TopLevelSpec,
  };
}

/** Cells are stored lowest row first. */
function upsideDown(values: NumberList, width: number): Float64Array {
  const flipped = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const row = values.length / width - 1 - Math.floor(i / width);
    flipped[row * width + (i % width)] = values[i] ?? Number.NaN;
  }
  return flipped;
}

const BRIGHTEST_QUANTILE = 0.995;

function scaleOf(rows: readonly ImageRow[], { domain, scheme = "inferno" }: ImageGridOptions): ColorScale {
  if (domain !== undefined) return { type: "linear", scheme, domain };
  const all = rows.flatMap(({ images }) => images.flatMap(({ values }) => Array.from(values)));
  const finite = Float64Array.from(all.filter(Number.isFinite)).sort();
  const top = quantile(finite, BRIGHTEST_QUANTILE);
  return { type: "linear", scheme, domain: [0, top > 0 ? short(top) : 1] };
}

function checkSizes(rows: readonly ImageRow[], { height, width, headings }: ImageGridOptions): void {
  for (const { label, images } of rows) {
    const fits =
      images.length === headings.length && images.every(({ values }) => values.length === height * width);
    if (fits) continue;
    throw fail("INVALID_ARGUMENT", {
      what: `image grid: row "${label}"`,
      expected: `${headings.length} pictures of ${height} × ${width} numbers`,
      received: images.map(({ values }) => values.length).join(", ") || "none",
    });
  }
}
