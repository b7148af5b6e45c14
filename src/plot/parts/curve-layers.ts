import type { IterationAxis } from "./iteration-axis.js";
import { type LogAxis, logAxis } from "./log-axis.js";
import type { MethodChannel } from "./method-channel.js";
import { extent } from "./numbers.js";
import { ink, sizes } from "./theme.js";
import type { CurveRow, Level, ThinCurve } from "./thin-curve.js";
import type { Layer } from "./vega-lite.js";

/** A vertical axis. */
export interface ValueAxis {
  readonly type: "quantitative";
  readonly scale: LogAxis["scale"] | { type: "linear"; domain: [number, number]; nice: false; zero: false };
  readonly axis: LogAxis["axis"] | { tickCount: number };
  readonly title: string;
}

/** An axis that holds all curves with their bands, and the level. */
export function valueAxis(
  scale: "linear" | "log",
  rows: readonly CurveRow[],
  level: Level | undefined,
  title: string,
): ValueAxis {
  const shown = rows.flatMap(({ low, high }) => [low, high]);
  const all = level === undefined ? shown : [...shown, level.value];
  if (scale === "log")
    return { type: "quantitative", ...logAxis(all, { margin: level === undefined ? 0.04 : 0.09 }), title };
  const [low, high] = extent(all) ?? [0, 1];
  const margin = (level === undefined ? 0.05 : 0.09) * (high - low) || Math.max(0.5, 0.05 * Math.abs(high));
  const domain: [number, number] = [low - margin, high + margin];
  return {
    type: "quantitative",
    scale: { type: "linear", domain, nice: false, zero: false },
    axis: { tickCount: 5 },
    title,
  };
}

/** A line a method within its faint band, and the level. */
export function curveLayers(
  rows: readonly CurveRow[],
  level: Level | undefined,
  { x, y, color }: { readonly x: IterationAxis; readonly y: ValueAxis; readonly color: MethodChannel },
): Layer[] {
  const layers: Layer[] = [
    {
      data: { values: [...rows] },
      mark: { type: "area", fillOpacity: 0.16, aria: false },
      encoding: { x, y: { field: "low", ...y }, y2: { field: "high" }, color },
    },
    {
      data: { values: [...rows] },
      mark: { type: "line", strokeWidth: 1.7, strokeJoin: "round", aria: false },
      encoding: { x, y: { field: "value", ...y }, color },
    },
  ];
  return level === undefined ? layers : [...layers, ...levelLayers(level, lastMean(rows) < level.value, y)];
}

/** Mean of the last value of every curve. */
function lastMean(rows: readonly CurveRow[]): number {
  const last = new Map(rows.map(({ method, value }) => [method, value]));
  return [...last.values()].reduce((sum, value) => sum + value, 0) / last.size;
}

/** A dashed line over the whole width with its name at the right end, on the side away from the curves. */
function levelLayers({ value, label }: Level, above: boolean, y: ValueAxis): Layer[] {
  const data = { values: [{ value, text: label }] };
  const encoding = { y: { field: "value", ...y } };
  const side = above ? ({ baseline: "bottom", dy: -3 } as const) : ({ baseline: "top", dy: 4 } as const);
  const text = { align: "right", ...side, fontSize: sizes.label } as const;
  return [
    { data, mark: { type: "rule", color: ink.muted, strokeDash: [5, 4], aria: false }, encoding },
    {
      data,
      mark: { type: "text", ...text, color: ink.muted, aria: false },
      encoding: { ...encoding, x: { value: "width" }, text: { field: "text" } },
    },
  ];
}

/** What thinning did, for a caption. */
export function thinningNote(curves: readonly ThinCurve[]): string {
  return curves.some(({ stretch }) => stretch > 1)
    ? "Lines are medians over short stretches of iterations, bands hold 90% of them."
    : "";
}
