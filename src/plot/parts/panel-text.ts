import { ink, sizes } from "./theme.js";
import type { Layer } from "./vega-lite.js";

/** The name of a row, upwards along the left edge of its first panel. */
export function rowLabel(text: string, height: number): Layer {
  return {
    data: { values: [{ text }] },
    mark: {
      type: "text",
      angle: 270,
      align: "center",
      baseline: "bottom",
      fontSize: sizes.axisTitle,
      fontWeight: "bold",
      color: ink.text,
      aria: false,
    },
    encoding: { x: { value: -9 }, y: { value: height / 2 }, text: { field: "text" } },
  };
}

/** A short text in the lower right corner, bright with a dark edge: it lies on any color. */
export function panelNote(text: string, width: number, height: number): Layer[] {
  const edges = [{ stroke: "#000000", strokeWidth: 3, strokeOpacity: 0.7 }, {}];
  return edges.map((edge) => ({
    data: { values: [{ text }] },
    mark: {
      type: "text",
      align: "right",
      baseline: "bottom",
      fontSize: 11,
      color: "#ffffff",
      aria: false,
      ...edge,
    },
    encoding: { x: { value: width - 6 }, y: { value: height - 4 }, text: { field: "text" } },
  }));
}
