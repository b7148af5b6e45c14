import { fail } from "../../tensor/index.js";
import { formatNumber, powerOfTen } from "./format.js";
import { extent, linearTicks } from "./numbers.js";

/** Scale and axis of a logarithmic channel with few, well-chosen labels. */
export interface LogAxis {
  readonly scale: { type: "log"; domain: [number, number]; nice: false };
  readonly axis: { values: number[]; labelExpr: string };
}

/** Mantissas to try, coarse first. */
const mantissaSets: readonly (readonly number[])[] = [
  [1],
  [1, 2, 5],
  [1, 1.5, 2, 3, 4, 5, 7],
  [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 9],
];

/**
 * A logarithmic axis over the positive finite numbers of `values`, with a margin on both sides.
 *
 * @param options.labels `"power"` writes 10⁻³, `"plain"` writes 0.001, 2, 50, 10k. Default `"power"`.
 * @param options.margin share of the axis left free at each end. Default 0.06.
 * @param options.most largest number of labels. Default 7.
 * @throws INVALID_ARGUMENT if no number is positive and finite.
 */
export function logAxis(
  values: Iterable<number>,
  options: { readonly labels?: "power" | "plain"; readonly margin?: number; readonly most?: number } = {},
): LogAxis {
  const { labels = "power", margin = 0.06, most = 7 } = options;
  const range = extent(Array.from(values).filter((value) => value > 0));
  if (range === undefined) {
    throw fail("INVALID_ARGUMENT", {
      what: "logarithmic axis",
      expected: "a positive finite number",
      received: "none",
    });
  }
  const low = Math.log10(range[0]);
  const high = Math.log10(range[1]);
  const pad = high > low ? Math.max((high - low) * margin, 0.02) : 0.35;
  const domain: [number, number] = [10 ** (low - pad), 10 ** (high + pad)];
  // Powers of ten are enough for three labels; plain numbers read better with more of them.
  const wide = high - low > 2.2;
  const ticks = logTicks(domain, labels === "plain" && !wide ? 4 : 3, most);
  const texts = ticks.map((tick) => (labels === "plain" ? plainLabel(tick) : powerLabel(tick, ticks)));
  return {
    scale: { type: "log", domain, nice: false },
    axis: { values: ticks, labelExpr: labelExpression(ticks, texts) },
  };
}

/** Where on an axis of some length a value is, in the unit of the length, from its low end. */
export function logPosition({ scale: { domain } }: LogAxis, value: number, length: number): number {
  const [low, high] = domain;
  return (length * Math.log(value / low)) / Math.log(high / low);
}

/** The Vega expression that gives each tick its text. */
export function labelExpression(ticks: readonly number[], texts: readonly string[]): string {
  return `${JSON.stringify(texts)}[indexof(${JSON.stringify(ticks)}, datum.value)]`;
}

/** Round numbers within a domain: the coarsest mantissas that give `least` ticks, thinned to at most `most`. */
function logTicks([low, high]: readonly [number, number], least: number, most: number): number[] {
  let ticks: number[] = [];
  for (const mantissas of mantissaSets) {
    ticks = [];
    for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++) {
      for (const mantissa of mantissas) ticks.push(Number((mantissa * 10 ** exponent).toPrecision(12)));
    }
    ticks = ticks.filter((tick) => tick >= low && tick <= high);
    if (ticks.length >= least) break;
  }
  if (ticks.length < 3) ticks = linearTicks(low, high);
  const stride = Math.ceil(ticks.length / most);
  return ticks.filter((_, i) => (ticks.length - 1 - i) % stride === 0);
}

function plainLabel(tick: number): string {
  return tick >= 1e-3 && tick < 1000 ? String(tick) : formatNumber(tick);
}

/** Powers of ten, unless all ticks are within everyday magnitude and not all are powers. */
function powerLabel(tick: number, ticks: readonly number[]): string {
  const isPower = (value: number): boolean => Math.abs(Math.log10(value) % 1) < 1e-9;
  if (ticks.every(isPower)) return powerOfTen(Math.round(Math.log10(tick)));
  const everyday = ticks.every((value) => value >= 0.001 && value < 1000);
  if (everyday) return String(tick);
  const exponent = Math.floor(Math.log10(tick) + 1e-9);
  const mantissa = Number((tick / 10 ** exponent).toPrecision(3));
  return mantissa === 1 ? powerOfTen(exponent) : `${mantissa}·${powerOfTen(exponent)}`;
}
