import type { Method } from "../figure.js";
import { labelExpression, logAxis } from "./log-axis.js";
import { extent, short } from "./numbers.js";
import { textWidth } from "./text-width.js";
import { ink, methodColors, sizes } from "./theme.js";
import type { Layer } from "./vega-lite.js";

/** One bar with two lines of text at its end. */
export interface BarRow {
  readonly method: string;
  readonly value: number;
  /** The value in words: `"131 ms"`. */
  readonly amount: string;
  /** Below it: `"112× faster"`; may be empty. */
  readonly ratio: string;
}

/** Bars of one quantity. */
export interface BarPanel {
  readonly title: string;
  readonly rows: readonly BarRow[];
  /** Texts of the ticks. */
  readonly format: (value: number) => string;
  /** Whether the methods are named at the left. */
  readonly named: boolean;
}

/** Heights in CSS pixels. */
const BAR = 26;
const STEP = 50;

/** Room between a bar and its text, in CSS pixels. */
const GAP = 8;

/** Bars as a layered picture. */
export interface BarPicture {
  width: number;
  height: number;
  data: { values: Record<string, string | number>[] };
  layer: Layer[];
}

/** Horizontal bars on a logarithmic axis that leaves room for their texts. @param width in CSS pixels. */
export function barLayers(methods: readonly Method[], panel: BarPanel, width: number): BarPicture {
  const { title, rows, format, named } = panel;
  const domain = barDomain(rows, width);
  // None beyond the longest bar, where there is text.
  const most = Math.max(...rows.map(({ value }) => value));
  const ticks = logAxis([domain[0], most], { margin: 0, most: 5 }).axis.values.filter(
    (tick) => tick >= domain[0] && tick <= most,
  );
  const texts = ticks.map(format).map((text) => text.replace(/\.0+(?= |$)/, ""));
  const labelExpr = labelExpression(ticks, texts);
  const x = {
    field: "value",
    type: "quantitative" as const,
    title,
    scale: { type: "log" as const, domain, nice: false },
    axis: { values: ticks, labelExpr, grid: false },
  };
  const y = methodAxis(methods, named);
  const color = {
    field: "method",
    type: "nominal" as const,
    scale: methodColors(methods),
    legend: null,
  };
  const text = { type: "text", align: "left", dx: GAP, aria: false } as const;
  const layer: Layer[] = [
    {
      mark: { type: "bar", height: BAR, cornerRadiusTopRight: 3, cornerRadiusBottomRight: 3 },
      encoding: { x, x2: { datum: domain[0] }, y, color, description: { field: "note" } },
    },
    {
      mark: {
        ...text,
        dy: { expr: "datum.ratio === '' ? 0 : -8" },
        fontSize: sizes.axisTitle,
        color: ink.text,
      },
      encoding: { x, y, text: { field: "amount" } },
    },
    {
      mark: { ...text, dy: 9, fontSize: sizes.axisTitle, fontWeight: "bold" },
      encoding: { x, y, color, text: { field: "ratio" } },
    },
  ];
  const values = rows.map((row) => ({
    ...row,
    value: short(row.value),
    note: `${row.method}: ${[row.amount, row.ratio].filter((part) => part !== "").join(", ")}`,
  }));
  return { width, height: STEP * methods.length, data: { values }, layer };
}

/** One band a method, in the given order. */
function methodAxis(methods: readonly Method[], named: boolean) {
  return {
    field: "method",
    type: "nominal" as const,
    sort: null,
    title: null,
    scale: { domain: methods.map(({ label }) => label) },
    axis: {
      labels: named,
      ticks: false,
      domainColor: ink.axis,
      grid: false,
      labelColor: ink.text,
      labelFontSize: sizes.axisTitle,
      labelLimit: 260,
      labelPadding: 8,
    },
  };
}

/**
 * From well below the smallest value, where all bars start, to where the text of each bar ends at the right border.
 * With ends l and h in log₁₀ and room w for its text, a value v needs (v − l)/(h − l) · width ≤ width − w.
 */
function barDomain(rows: readonly BarRow[], width: number): [number, number] {
  const [least, most] = extent(rows.map(({ value }) => value)) ?? [1, 1];
  const low = Math.log10(least) - Math.max(0.3, 0.2 * Math.log10(most / least));
  const high = rows.map(({ value, amount, ratio }) => {
    const text = Math.max(textWidth(amount, sizes.axisTitle), textWidth(ratio, sizes.axisTitle, true));
    const share = Math.max(0.2, (width - text - 2 * GAP) / width);
    return low + (Math.log10(value) - low) / share;
  });
  return [10 ** low, 10 ** Math.max(...high)];
}
