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

/** The width of a bold letter and half the height of a line, roughly, in CSS pixels. */
const LETTER = 6;
const HALF_LINE = 8;
/** Letters of a line beside a row. */
const LINE = 12;

/** Whether a name has room along the edge of its row. */
export const fitsRow = (text: string, height: number): boolean => text.length * LETTER <= height;

/** The name of a row in lines beside its first panel, for names that are longer than the panel is high. */
export function rowLines(text: string, height: number): Layer {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const joined = [...lines.slice(-1), word].join(" ");
    if (lines.length > 0 && joined.length <= LINE) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return {
    data: { values: [{ text: lines }] },
    mark: {
      type: "text",
      align: "right",
      baseline: "middle",
      fontSize: sizes.axisTitle,
      fontWeight: "bold",
      color: ink.text,
      dy: -(lines.length - 1) * HALF_LINE,
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
