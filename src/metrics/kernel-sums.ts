import type { Samples } from "./samples.js";

/** Floats of one tile of points, so that it stays in the first-level cache (32 KiB). */
const TILE_FLOATS = 4096;

/**
 * Σᵢ Σⱼ k(aᵢ, bⱼ) with the sum of five Gaussians k(x, y) = Σ_f exp(−‖x − y‖² / (2 (f σ)²)), f = ¼, ½, 1, 2, 4.
 * Halving a bandwidth takes the fourth power of the Gaussian, so one exponential serves all five.
 *
 * @param a shape [n, d]; `b` shape [m, d]. @param bandwidth σ.
 */
export function crossKernelSum(a: Samples, b: Samples, bandwidth: number): number {
  return tiledSum(a, b, bandwidth, () => b.n);
}

/** Σᵢ Σⱼ≠ᵢ k(aᵢ, aⱼ), from the pairs i > j. */
export function ownKernelSum(a: Samples, bandwidth: number): number {
  return 2 * tiledSum(a, a, bandwidth, (i) => i);
}

/** Sums over all i and all j < end(i), in tiles of b. */
function tiledSum(a: Samples, b: Samples, bandwidth: number, end: (i: number) => number): number {
  const tile = Math.max(16, Math.floor(TILE_FLOATS / a.d));
  const widest = 2 * (4 * bandwidth) ** 2;
  let sum = 0;
  for (let start = 0; start < b.n; start += tile) {
    for (let i = 0; i < a.n; i++) {
      sum += rowSum(a, i, b, start, Math.min(start + tile, end(i)), widest);
    }
  }
  return sum;
}

/** Σ over b's points `from` to `to` of the kernel with a's point i. */
function rowSum(a: Samples, i: number, b: Samples, from: number, to: number, widest: number): number {
  const { d } = a;
  let sum = 0;
  for (let j = from; j < to; j++) {
    let square = 0;
    for (let k = 0; k < d; k++) {
      const difference = (a.points[i * d + k] ?? 0) - (b.points[j * d + k] ?? 0);
      square += difference * difference;
    }
    const k4 = Math.exp(-square / widest);
    const k2 = fourthPower(k4);
    const k1 = fourthPower(k2);
    const half = fourthPower(k1);
    sum += k4 + k2 + k1 + half + fourthPower(half);
  }
  return sum;
}

/** Two squarings: `x ** 4` calls the general power, which takes twenty times as long. */
function fourthPower(x: number): number {
  const square = x * x;
  return square * square;
}
