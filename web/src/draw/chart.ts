import { formatNumber } from "../dom/numbers.js";
import { cssColor } from "./colors.js";
import type { Pen } from "./picture.js";

/** A line of a chart, with a mark at each point. */
export interface Series {
  readonly label: string;
  readonly color: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Large marks, for what the page is about. */
  readonly isMain?: boolean;
}

/** What a chart says beside its lines. */
export interface ChartOptions {
  readonly x: string;
  readonly y: string;
  /** Powers of ten on x too. Default true. */
  readonly logX?: boolean;
  /** Values on x in words. */
  readonly xText?: (value: number) => string;
}

const MARGIN = { left: 58, right: 14, top: 14, bottom: 40 };

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly isLog: boolean;
}

/** Lines over powers of ten: smaller is better. */
export function drawChart(pen: Pen, series: readonly Series[], options: ChartOptions): void {
  const { context, width, height } = pen;
  const good = series.map((each) => ({ ...each, points: each.points.filter(([x, y]) => x > 0 && y > 0) }));
  const all = good.flatMap(({ points }) => points);
  const xAxis = axisOf(
    all.map(([x]) => x),
    options.logX ?? true,
  );
  const yAxis = axisOf(
    all.map(([, y]) => y),
    true,
  );
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const toX = (value: number): number => MARGIN.left + shareOf(xAxis, value) * (right - MARGIN.left);
  const toY = (value: number): number => bottom - shareOf(yAxis, value) * (bottom - MARGIN.top);
  context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  drawGrid(pen, { xAxis, yAxis, toX, toY }, options);
  for (const { points, color, isMain } of good) {
    context.strokeStyle = color;
    context.fillStyle = color;
    context.lineWidth = isMain ? 2.2 : 1.4;
    context.globalAlpha = isMain ? 1 : 0.85;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(toX(x), toY(y));
    context.stroke();
    for (const [x, y] of points) {
      context.beginPath();
      context.arc(toX(x), toY(y), isMain ? 5 : 2.8, 0, 2 * Math.PI);
      context.fill();
    }
    context.globalAlpha = 1;
  }
}

interface Frame {
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  toX(value: number): number;
  toY(value: number): number;
}

function drawGrid(
  { context, width, height }: Pen,
  { xAxis, yAxis, toX, toY }: Frame,
  { x, y, xText = formatNumber }: ChartOptions,
): void {
  context.strokeStyle = cssColor("line");
  context.fillStyle = cssColor("muted");
  context.lineWidth = 1;
  const room = (width - MARGIN.left - MARGIN.right) / 46;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const value of thinned(ticksOf(xAxis), room)) {
    line(context, [toX(value), MARGIN.top], [toX(value), height - MARGIN.bottom]);
    context.fillText(xText(value), toX(value), height - MARGIN.bottom + 6);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of thinned(ticksOf(yAxis), (height - MARGIN.top - MARGIN.bottom) / 22)) {
    line(context, [MARGIN.left, toY(value)], [width - MARGIN.right, toY(value)]);
    context.fillText(powerText(value), MARGIN.left - 7, toY(value));
  }
  context.textAlign = "right";
  context.textBaseline = "bottom";
  context.fillText(x, width - MARGIN.right, height - 2);
  context.save();
  context.translate(12, MARGIN.top);
  context.rotate(-Math.PI / 2);
  context.textBaseline = "middle";
  context.fillText(y, 0, 0);
  context.restore();
}

function line(
  context: CanvasRenderingContext2D,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
): void {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function axisOf(values: readonly number[], isLog: boolean): Axis {
  const finite = values.filter((value) => Number.isFinite(value) && value > 0);
  if (finite.length === 0) return isLog ? { low: 1e-4, high: 1, isLog } : { low: 0, high: 1, isLog };
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  if (isLog) return { low: least / 1.35, high: most * 1.35, isLog };
  return { low: 0, high: 1.05 * most, isLog };
}

const shareOf = ({ low, high, isLog }: Axis, value: number): number =>
  isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);

/** Powers of ten; where they are few, 2 and 5 times them too. */
function ticksOf({ low, high, isLog }: Axis): number[] {
  if (!isLog) {
    const step = 10 ** Math.floor(Math.log10((high - low) / 2));
    const steps = [1, 2, 5].map((factor) => factor * step);
    const chosen = steps.find((each) => (high - low) / each <= 6) ?? 5 * step;
    return Array.from({ length: Math.floor(high / chosen) + 1 }, (_, i) => i * chosen);
  }
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, i) => 10 ** (Math.floor(Math.log10(low)) + i),
  );
  const within = (value: number): boolean => value >= low && value <= high;
  const tens = powers.filter(within);
  if (tens.length >= 3) return tens;
  return powers.flatMap((power) => [power, 2 * power, 5 * power]).filter(within);
}

/** No more than there is room for, evenly left out. */
function thinned(values: readonly number[], room: number): number[] {
  const every = Math.max(1, Math.ceil(values.length / Math.max(1, room)));
  return values.filter((_, i) => i % every === 0);
}

/** `10⁻³` for powers of ten below a hundredth. */
function powerText(value: number): string {
  const power = Math.round(Math.log10(value));
  const isPower = Math.abs(Math.log10(value) - power) < 1e-9;
  if (value > 0.005 && value < 1000) return String(Number(value.toPrecision(2)));
  if (!isPower) return formatNumber(value);
  return `10⁻${[...String(-power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;
}
