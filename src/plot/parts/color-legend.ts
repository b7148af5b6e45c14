import { type ColorScale, rampColors } from "./color-ramp.js";
import { formatNumber } from "./format.js";
import { type LogAxis, labelExpression, logAxis } from "./log-axis.js";
import { linearTicks } from "./numbers.js";
import type { Layer } from "./vega-lite.js";

/**
 * Draws nothing, and so gives a panel of images the legend of its colors. Panels that share the color scale
 * share the legend.
 *
 * @param length of the gradient in CSS pixels.
 */
export function colorLegend(colors: ColorScale, title: string, length: number): Layer {
  return {
    data: { values: [{ value: colors.domain[0] }] },
    mark: { type: "text", aria: false, text: "" },
    encoding: { color: colorChannel("value", colors, title, length) },
  };
}

/** A numeric field as color, with a gradient as legend. */
export interface ColorChannel {
  readonly field: string;
  readonly type: "quantitative";
  readonly scale: {
    type: ColorScale["type"];
    range: string[];
    interpolate: "rgb";
    domain: [number, number];
    clamp: true;
  };
  readonly legend: { title: string; gradientLength: number; gradientThickness: number } & LegendTicks;
}

type LegendTicks = LogAxis["axis"];

/** The channel of a field. @param length of the gradient in CSS pixels. */
export function colorChannel(field: string, colors: ColorScale, title: string, length: number): ColorChannel {
  const { type, domain } = colors;
  const range = rampColors(colors);
  return {
    field,
    type: "quantitative",
    scale: { type, range, interpolate: "rgb", domain: [...domain], clamp: true },
    legend: { title, gradientLength: length, gradientThickness: 10, ...legendTicks(colors) },
  };
}

/** Round numbers. Vega leaves gaps between those of a logarithmic scale, and prefers the ends of short linear ones. */
function legendTicks({ type, domain: [low, high] }: ColorScale): LegendTicks {
  if (type === "linear") {
    const values = linearTicks(low, high);
    return { values, labelExpr: labelExpression(values, linearTexts(values)) };
  }
  const { values, labelExpr } = logAxis([low, high], { labels: "plain", margin: 0, most: 5 }).axis;
  return { values: values.filter((value) => value >= low && value <= high), labelExpr };
}

/** Ticks with equally many decimals, or scientific where these would be many. */
function linearTexts(ticks: readonly number[]): string[] {
  const everyday = ticks.every((tick) => tick === 0 || (Math.abs(tick) >= 1e-4 && Math.abs(tick) < 1e5));
  if (!everyday) return ticks.map(formatNumber);
  const digits = Math.max(...ticks.map((tick) => String(tick).split(".")[1]?.length ?? 0));
  return ticks.map((tick) => tick.toFixed(digits).replace("-", "−"));
}
