import type { Pen } from "./picture.js";

/** A square of the plane: its center, and half its side. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly half: number;
}

/** Places of the plane as pixels: y upwards, both axes of one scale. */
export function toPixels(
  { x, y, half }: View,
  { width, height }: Pen,
): (px: number, py: number) => [number, number] {
  const scale = Math.min(width, height) / (2 * half);
  return (px, py) => [width / 2 + (px - x) * scale, height / 2 - (py - y) * scale];
}

/** A square that holds nearly all points, pair by pair, with a margin. */
export function viewOf(points: Float32Array, margin = 1.25): View {
  const column = (start: number): number[] =>
    Array.from({ length: points.length / 2 }, (_, i) => points[2 * i + start] ?? 0).sort((a, b) => a - b);
  const ends = (sorted: number[]): [number, number] => [
    sorted[Math.floor(0.01 * sorted.length)] ?? 0,
    sorted[Math.floor(0.99 * (sorted.length - 1))] ?? 0,
  ];
  const [[x0, x1], [y0, y1]] = [ends(column(0)), ends(column(1))];
  const half = (margin * Math.max(x1 - x0, y1 - y0, 1e-6)) / 2;
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, half };
}

/** Points, pair by pair. */
export function drawPoints(
  pen: Pen,
  view: View,
  points: Float32Array,
  {
    color,
    size = 2.4,
    alpha = 0.7,
  }: { readonly color: string; readonly size?: number; readonly alpha?: number },
): void {
  const { context } = pen;
  const place = toPixels(view, pen);
  context.fillStyle = color;
  context.globalAlpha = alpha;
  context.beginPath();
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [x, y] = place(points[i] ?? 0, points[i + 1] ?? 0);
    context.moveTo(x + size / 2, y);
    context.arc(x, y, size / 2, 0, 2 * Math.PI);
  }
  context.fill();
  context.globalAlpha = 1;
}

/** Straight lines from points to points, pair by pair: how far two solvers are apart. */
export function drawGaps(
  pen: Pen,
  view: View,
  [from, to]: readonly [Float32Array, Float32Array],
  color: string,
): void {
  const { context } = pen;
  const place = toPixels(view, pen);
  context.strokeStyle = color;
  context.globalAlpha = 0.35;
  context.lineWidth = 0.8;
  context.beginPath();
  for (let i = 0; i + 1 < from.length; i += 2) {
    context.moveTo(...place(from[i] ?? 0, from[i + 1] ?? 0));
    context.lineTo(...place(to[i] ?? 0, to[i + 1] ?? 0));
  }
  context.stroke();
  context.globalAlpha = 1;
}
