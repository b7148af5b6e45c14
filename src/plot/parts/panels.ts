import type { PanelTitle } from "./theme.js";
import type { Layer } from "./vega-lite.js";

/** One picture among several. */
export interface Panel {
  readonly title?: PanelTitle;
  /** In CSS pixels, as `height`. */
  readonly width: number;
  readonly height: number;
  readonly view?: { readonly fill?: string; readonly stroke?: string };
  readonly layer: Layer[];
}

/** Pictures side by side and below each other, on one color scale with one legend. */
export interface ColorPanels {
  readonly title: string;
  readonly columns: number;
  readonly concat: Panel[];
  /** Between panels, in CSS pixels. */
  readonly spacing: number | { readonly row: number; readonly column: number };
  readonly resolve: { readonly scale: { readonly color: "shared" } };
}

/** The specification of panels that share their colors. */
export function colorPanels(of: Omit<ColorPanels, "resolve">): ColorPanels {
  return { ...of, resolve: { scale: { color: "shared" } } };
}

/** Panels a row, unless somebody says: all up to four, then three. */
export const panelColumns = (count: number): number => (count <= 4 ? count : 3);
