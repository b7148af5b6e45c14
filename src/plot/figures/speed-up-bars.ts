import { fail } from "../../tensor/index.js";
import { type Figure, type FigureText, type Method, requireMethods, sentences } from "../figure.js";
import { type BarPanel, type BarRow, barLayers } from "../parts/bar-panel.js";
import { formatBytes, formatMilliseconds, formatRatio } from "../parts/format.js";
import type { TopLevelSpec } from "../parts/vega-lite.js";

/** What one method takes. */
export interface SpeedUpItem extends Method {
  /** Wall-clock time of one solve. */
  readonly milliseconds: number;
  /** Memory of one solve. */
  readonly bytes?: number | undefined;
}

/** How costs are compared. */
export interface SpeedUpOptions extends FigureText {
  /** Label of the method that the others are compared with. Default: the first of role `"reference"`, or the slowest. */
  readonly reference?: string;
  /** Titles of the panels. Defaults `"time"`, `"memory"`. */
  readonly timeLabel?: string;
  readonly memoryLabel?: string;
  /** Width of a panel in CSS pixels. Default 480, or 330 for two panels. */
  readonly width?: number;
}

/**
 * Time and, where given, memory of some methods as horizontal bars on logarithmic axes, with the ratio to a reference
 * written at each bar. Lengths on such an axis do not compare, the ratios do.
 *
 * @throws INVALID_ARGUMENT if there is no method, labels repeat, a number is not positive and finite, or the reference
 *   is none of the methods.
 */
export function speedUpBars(items: readonly SpeedUpItem[], options: SpeedUpOptions = {}): Figure {
  requireMethods("speed-up bars", items);
  for (const item of items) checkItem(item);
  const reference = referenceOf(items, options.reference);
  const withMemory = items.some(({ bytes }) => bytes !== undefined);
  const { width = withMemory ? 330 : 480, timeLabel = "time", memoryLabel = "memory" } = options;
  const time: BarPanel = {
    title: timeLabel,
    rows: items.map((item) => timeRow(item, reference)),
    format: formatMilliseconds,
    named: true,
  };
  const memory: BarPanel = {
    title: memoryLabel,
    rows: items.flatMap((item) => memoryRow(item, reference)),
    format: formatBytes,
    named: false,
  };
  const { name = "speed-up", title = "Time of a solve" } = options;
  return {
    name,
    title,
    caption: options.caption ?? plainCaption(items, reference),
    spec: {
      title,
      hconcat: (withMemory ? [time, memory] : [time]).map((panel) => barLayers(items, panel, width)),
      spacing: 26,
      resolve: { scale: { y: "shared", color: "shared" } },
    } satisfies TopLevelSpec,
  };
}

function timeRow({ label, milliseconds }: SpeedUpItem, reference: SpeedUpItem): BarRow {
  const ratio = label === reference.label ? "" : ratioText(milliseconds, reference.milliseconds, timeWords);
  return { method: label, value: milliseconds, amount: formatMilliseconds(milliseconds), ratio };
}

function memoryRow({ label, bytes }: SpeedUpItem, reference: SpeedUpItem): BarRow[] {
  if (bytes === undefined) return [];
  const compared = label !== reference.label && reference.bytes !== undefined;
  const ratio = compared ? ratioText(bytes, reference.bytes ?? bytes, memoryWords) : "";
  return [{ method: label, value: bytes, amount: formatBytes(bytes), ratio }];
}

const timeWords = { less: "faster", more: "slower" } as const;
const memoryWords = { less: "less", more: "more" } as const;

/** `112× faster`, `1.8× slower`. */
function ratioText(
  value: number,
  reference: number,
  words: { readonly less: string; readonly more: string },
): string {
  const [ratio, word] =
    value <= reference ? [reference / value, words.less] : [value / reference, words.more];
  const text = formatRatio(ratio);
  return text === "1.0" ? "the same" : `${text}× ${word}`;
}

function referenceOf(items: readonly SpeedUpItem[], label: string | undefined): SpeedUpItem {
  const slowest = [...items].sort((a, b) => b.milliseconds - a.milliseconds)[0];
  const found =
    label === undefined
      ? (items.find(({ role }) => role === "reference") ?? slowest)
      : items.find((item) => item.label === label);
  if (found !== undefined) return found;
  throw fail("INVALID_ARGUMENT", {
    what: "speed-up bars: reference",
    expected: items.map((item) => item.label).join(", "),
    received: label ?? "none",
  });
}

function checkItem({ label, milliseconds, bytes }: SpeedUpItem): void {
  const usable = (value: number): boolean => value > 0 && Number.isFinite(value);
  if (usable(milliseconds) && (bytes === undefined || usable(bytes))) return;
  throw fail("INVALID_ARGUMENT", {
    what: `speed-up bars of "${label}"`,
    expected: "positive finite costs",
    received: `${milliseconds} ms${bytes === undefined ? "" : `, ${bytes} bytes`}`,
  });
}

function plainCaption(items: readonly SpeedUpItem[], reference: SpeedUpItem): string {
  const others = items.filter(({ label }) => label !== reference.label);
  const told = others.map(
    ({ label, milliseconds }) => `${label}: ${ratioText(milliseconds, reference.milliseconds, timeWords)}`,
  );
  const against = told.length === 0 ? "" : `Against ${reference.label} – ${told.join("; ")}.`;
  return sentences(against, "Logarithmic axes: compare the numbers, not the lengths.");
}
