import type { Random } from "../tensor/index.js";

/**
 * Unit vectors to project on. Opposite vectors give the same distance, so a half-circle holds them all in the plane.
 *
 * d = 1: the only one. d = 2: angles in equal steps of π/count from a random phase; each is uniform, and the mean over
 * them has far less noise than over independent ones. d ≥ 3: independent and uniform on the sphere.
 *
 * @returns shape [directions, d], row-major; a single direction for d = 1, else `count`.
 */
export function unitDirections(d: number, count: number, random: Random): Float64Array {
  if (d === 1) return Float64Array.of(1);
  return d === 2 ? evenDirections(count, random.uniform()) : normalDirections(d, count, random);
}

function evenDirections(count: number, phase: number): Float64Array {
  const directions = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const angle = ((i + phase) / count) * Math.PI;
    directions[2 * i] = Math.cos(angle);
    directions[2 * i + 1] = Math.sin(angle);
  }
  return directions;
}

function normalDirections(d: number, count: number, random: Random): Float64Array {
  const directions = Float64Array.from({ length: count * d }, () => random.normal());
  for (let i = 0; i < count; i++) {
    const direction = directions.subarray(i * d, (i + 1) * d);
    const length = Math.hypot(...direction);
    for (let k = 0; k < d; k++) direction[k] = (direction[k] ?? 0) / length;
  }
  return directions;
}
