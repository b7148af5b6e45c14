import { encodeIndexedPng } from "../output/indexed-png.js";
import type { Cells } from "./cells.js";
import { type ColorScale, rampBytes, rampPosition } from "./color-ramp.js";
import type { Layer } from "./vega-lite.js";

/** Levels of color; one index is left for cells without a number. */
const LEVELS = 255;

/**
 * Cells as one embedded image of a pixel each, which covers the panel with sharp edges: a hundredth of the size of
 * as many rectangles. Cells that are NaN stay transparent.
 *
 * @param width of the panel in CSS pixels, as `height`.
 */
export function cellImage(cells: Cells, scale: ColorScale, width: number, height: number): Layer {
  const place = { align: "left", baseline: "top", width, height, aspect: false, smooth: false } as const;
  return {
    data: { values: [{ url: imageUrl(cells, scale) }] },
    mark: { type: "image", ...place, aria: false },
    encoding: { x: { value: 0 }, y: { value: 0 }, url: { field: "url" } },
  };
}

/** The image as data URL, top row first. */
function imageUrl({ columns, rows, values }: Cells, scale: ColorScale): string {
  const pixels = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const position = rampPosition(values[row * columns + column] ?? Number.NaN, scale);
      const level = Number.isNaN(position) ? LEVELS : Math.round(position * (LEVELS - 1));
      pixels[(rows - 1 - row) * columns + column] = level;
    }
  }
  const palette = new Uint8Array(3 * (LEVELS + 1));
  palette.set(rampBytes(scale, LEVELS));
  const png = encodeIndexedPng({ width: columns, height: rows, pixels, palette, transparent: LEVELS });
  return `data:image/png;base64,${btoa(Array.from(png, (byte) => String.fromCharCode(byte)).join(""))}`;
}
