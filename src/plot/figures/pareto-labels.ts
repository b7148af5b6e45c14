import { placeLabels } from "../parts/label-places.js";
import { type LogAxis, logPosition } from "../parts/log-axis.js";
import type { MethodChannel } from "../parts/method-channel.js";
import { short } from "../parts/numbers.js";
import { textWidth } from "../parts/text-width.js";
import type { Layer } from "../parts/vega-lite.js";

/** A point of a front with its text; `""` for none. */
export interface FrontPoint {
  readonly method: string;
  readonly role: string;
  readonly cost: number;
  readonly error: number;
  readonly text: string;
}

/** Area of points in CSS pixels, those of hypersolvers and others. */
export const pointArea = { emphasized: 95, plain: 38 } as const;

const FONT_SIZE = 11;

/** From the top of the highest to the bottom of the lowest letter, over the font size. */
const LINE_HEIGHT = 0.95;

/** What of a panel decides where its labels are. */
export interface LabeledPanel {
  readonly rows: readonly FrontPoint[];
  readonly cost: LogAxis;
  readonly error: LogAxis;
  readonly width: number;
  readonly height: number;
  /** Whose labels are wanted. */
  readonly labels: "hypersolver" | "all" | "none";
  /** An error that is drawn as a line across. */
  readonly wanted: number | undefined;
}

/** A point whose text has a place: from its point to the middle of the text, in CSS pixels, y downwards. */
export interface LabeledPoint extends FrontPoint {
  readonly dx: number;
  readonly dy: number;
}

/** Those points whose text has a place apart from all points, lines and other texts, nearest to its own of its method. */
export function labeledPoints(panel: LabeledPanel): LabeledPoint[] {
  const { rows, cost, error, width, height, wanted } = panel;
  const across = (value: number): number => height - logPosition(error, value, height);
  const dots = rows.map((row) => ({
    x: logPosition(cost, row.cost, width),
    y: across(row.error),
    radius: Math.sqrt(pointArea[row.role === "hypersolver" ? "emphasized" : "plain"] / Math.PI),
    row,
  }));
  const methods = [...new Set(rows.map(({ method }) => method))];
  const lines = methods.map((method) =>
    // As Vega-Lite joins them.
    dots.filter(({ row }) => row.method === method).sort((a, b) => a.x - b.x),
  );
  const level = wanted === undefined ? [] : [[0, width].map((x) => ({ x, y: across(wanted) }))];
  const named = dots.filter(
    ({ row }) => row.text !== "" && (panel.labels === "all" || row.role === panel.labels),
  );
  const labels = named.map((dot) => ({
    dot,
    width: textWidth(dot.row.text, FONT_SIZE),
    height: LINE_HEIGHT * FONT_SIZE,
    rivals: dots.filter(({ row }) => row.method === dot.row.method),
  }));
  return placeLabels(labels, { dots, lines: [...lines, ...level] }, panel).flatMap((place, i) => {
    const dot = named[i];
    if (place === undefined || dot === undefined) return [];
    return [{ ...dot.row, dx: short(place.x - dot.x, 4), dy: short(place.y - dot.y, 4) }];
  });
}

/** Texts beside their points, in the colors of their methods. */
export function labelLayers(
  panel: LabeledPanel,
  { x, y, color }: { readonly x: object; readonly y: object; readonly color: MethodChannel },
): Layer[] {
  if (panel.labels === "none") return [];
  const text = {
    type: "text",
    align: "center",
    baseline: "middle",
    dx: { expr: "datum.dx" },
    dy: { expr: "datum.dy" },
    fontSize: FONT_SIZE,
    aria: false,
  } as const;
  const data = { values: labeledPoints(panel) };
  const encoding = { x, y, text: { field: "text" } };
  return [
    // A white outline below each text keeps it readable where grid lines pass.
    { data, mark: { ...text, stroke: "#ffffff", strokeWidth: 3.5, strokeJoin: "round" }, encoding },
    { data, mark: text, encoding: { ...encoding, color } },
  ];
}
