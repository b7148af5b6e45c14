import { Random } from "../../../src/tensor/index.js";

/** Samples of a Gaussian around (x, y), shape [n, 2]. */
export function gaussian(seed: number, n: number, x = 0, y = 0, deviation = 1): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? x : y) + deviation * random.normal());
}

/** Log-normal positive numbers, as errors are, shape [n]. */
export function errors(seed: number, n: number, exponent: number): Float64Array {
  const random = new Random(seed);
  return Float64Array.from({ length: n }, () => 10 ** (exponent + 0.3 * random.normal()));
}

/** Spirals from a ring, shape [points, n, 2], with their shape. */
export function spirals(points: number, n: number, growth: number) {
  const states = new Float32Array(points * n * 2);
  for (let k = 0; k < points; k++) {
    for (let i = 0; i < n; i++) {
      const s = k / (points - 1);
      const angle = i + 2 * s;
      states[(k * n + i) * 2] = (1 + growth * s) * Math.cos(angle);
      states[(k * n + i) * 2 + 1] = (1 + growth * s) * Math.sin(angle);
    }
  }
  return { states, shape: [points, n, 2] as const };
}

/** Elements of an SVG's mark groups of one kind, such as `mark-symbol role-mark`. */
export function countMarks(svg: string, kind: string): number {
  const groups = svg.matchAll(new RegExp(`<g class="${kind} role-mark[^>]*>(.*?)</g>`, "gs"));
  return [...groups].reduce(
    (sum, [, inner = ""]) => sum + [...inner.matchAll(/<(?:path|text|line)[ >]/g)].length,
    0,
  );
}
