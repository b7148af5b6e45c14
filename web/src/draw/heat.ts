import type { Pen } from "./picture.js";

/** Black, violet, orange, pale: even in lightness, the same for every eye (after matplotlib's inferno). */
const stops = [
  [0, 0, 4],
  [51, 10, 94],
  [120, 28, 109],
  [187, 55, 84],
  [237, 105, 37],
  [252, 181, 25],
  [252, 255, 164],
] as const;

/** Maps side by side, each `side` × `side`, on one scale whose end is `most`. */
export function drawHeat(
  { context, width, height }: Pen,
  maps: readonly Float32Array[],
  side: number,
  most: number,
): void {
  const gap = 3;
  const each = Math.min(height, (width - gap * (maps.length - 1)) / maps.length);
  context.imageSmoothingEnabled = false;
  for (const [k, map] of maps.entries()) {
    const image = new OffscreenCanvas(side, side);
    const pixels = new ImageData(side, side);
    for (const [i, value] of map.entries())
      pixels.data.set([...colorAt(Math.min(1, (3 * value) / (10 * most) || 0)), 255], 4 * i);
    image.getContext("2d")?.putImageData(pixels, 0, 0);
    context.drawImage(image, k * (each + gap), 0, each, each);
  }
}

function colorAt(share: number): number[] {
  const at = Math.sqrt(share) * (stops.length - 1);
  const [low, high] = [stops[Math.floor(at)] ?? stops[0], stops[Math.ceil(at)] ?? stops[6]];
  return low.map((value, i) => value + (at - Math.floor(at)) * ((high[i] ?? value) - value));
}
