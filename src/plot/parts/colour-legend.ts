import type { Layer } from "../figure.js";
import { type ColourScale, rampColours } from "./colour-ramp.js";
import { formatNumber } from "./format.js";
import { type LogAxis, labelExpression, logAxis } from "./log-axis.js";
import { linearTicks } from "./numbers.js";

/**
 * Draws nothing, and so gives a panel of images the legend of its colours. Panels that share the colour scale
 * share the legend.
 *
 * @param length of the gradient in CSS pixels.
 */
export function colourLegend(colours: ColourScale, title: string, length: number): Layer {
  return {
    data: { values: [{ value: colours.domain[0] }] },
    mark: { type: "text", aria: false, text: "" },
    encoding: { color: colourChannel("value", colours, title, length) },
  };
}

/** A numeric field as colour, with a gradient as legend. */
export interface ColourChannel {
  readonly field: string;
  readonly type: "quantitative";
  readonly scale: {
    type: ColourScale["type"];
    range: string[];
    interpolate: "rgb";
    domain: [number, number];
    clamp: true;
  };
  readonly legend: { title: string; gradientLength: number; gradientThickness: number } & LegendTicks;
}

type LegendTicks = LogAxis["axis"];

/** The channel of a field. @param length of the gradient in CSS pixels. */
export function colourChannel(
  field: string,
  colours: ColourScale,
  title: string,
  length: number,
): ColourChannel {
  const { type, domain } = colours;
  const range = rampColours(colours);
  return {
    field,
    type: "quantitative",
    scale: { type, range, interpolate: "rgb", domain: [...domain], clamp: true },
    legend: { title, gradientLength: length, gradientThickness: 10, ...legendTicks(colours) },
  };
}

/** Round numbers. Vega leaves gaps between those of a logarithmic scale, and prefers the ends of short linear ones. */
function legendTicks({ type, domain: [low, high] }: ColourScale): LegendTicks {
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
