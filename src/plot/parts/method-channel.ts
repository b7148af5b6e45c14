import type { Method } from "../figure.js";
import { textWidth } from "./text-width.js";
import { type MethodColors, methodColors, sizes } from "./theme.js";

/** A legend above the plot. */
export interface TopLegend {
  readonly title: null;
  readonly orient: "top";
  readonly symbolType: "circle" | "stroke";
  readonly symbolSize: number;
  /** Entries a row; 0 means all in one row. */
  readonly columns: number;
}

/** Room for the symbol of an entry and for the gap to the next, in CSS pixels. */
const entryPadding = 42;

/** Color by method, the same in all layers of a picture: Vega-Lite merges them into one legend. */
export interface MethodChannel {
  readonly field: "method";
  readonly type: "nominal";
  readonly sort: null;
  readonly scale: MethodColors;
  readonly legend: TopLegend | null;
}

/**
 * The color channel of a comparison, with a legend above the plot unless there is a single method.
 *
 * @param width of the whole figure in CSS pixels: where the legend wraps.
 */
export function methodChannel(
  methods: readonly Method[],
  width: number,
  symbolType: TopLegend["symbolType"] = "stroke",
): MethodChannel {
  const legend = methods.length > 1 ? topLegend(methods, width, symbolType) : null;
  return { field: "method", type: "nominal", sort: null, scale: methodColors(methods), legend };
}

/** A legend above the plot that wraps where it would be wider than the plot. @param width in CSS pixels. */
function topLegend(
  methods: readonly Method[],
  width: number,
  symbolType: TopLegend["symbolType"],
): TopLegend {
  const widths = methods.map(({ label }) => textWidth(label, sizes.axisTitle) + entryPadding);
  const total = widths.reduce((sum, entry) => sum + entry, 0);
  const columns = total <= width + entryPadding ? 0 : Math.max(1, Math.floor(width / Math.max(...widths)));
  return { title: null, orient: "top", symbolType, symbolSize: symbolType === "circle" ? 70 : 100, columns };
}
