import { expect, test } from "vitest";
import { randomMeshes } from "../../../../../src/models/classifier/training/random-meshes.js";
import { uniformMesh } from "../../../../../src/ode/index.js";
import { Random } from "../../../../../src/tensor/index.js";

const mesh = uniformMesh([1, 3], 4);

test("every inner point is uniform within half a step of its place, the ends stay", () => {
  const meshes = randomMeshes(mesh, new Random(4));
  const count = 4000;
  const drawn = Array.from({ length: count }, (_, i) => meshes.at(i));
  for (const points of drawn) {
    expect([points[0], points[4]]).toEqual([1, 3]);
    for (const k of [1, 2, 3]) expect(Math.abs((points[k] ?? 0) - (mesh[k] ?? 0))).toBeLessThanOrEqual(0.25);
  }
  for (const k of [1, 2, 3]) {
    const offsets = drawn.map((points) => ((points[k] ?? 0) - (mesh[k] ?? 0)) / 0.25);
    const mean = offsets.reduce((sum, x) => sum + x, 0) / count;
    const square = offsets.reduce((sum, x) => sum + x * x, 0) / count;
    // Uniform in [-1, 1]: mean 0 and mean square 1/3, within four standard errors.
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(1 / 3 / count));
    expect(Math.abs(square - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / count));
  }
});

test("an iteration has its mesh, in whatever order one asks", () => {
  const meshes = randomMeshes(mesh, new Random(4));
  const first = [0, 1, 2, 3, 4, 5].map((i) => meshes.at(i));
  expect(new Set(first.map(String)).size).toBe(6);
  expect([4, 1, 5, 5, 0].map((i) => meshes.at(i))).toEqual([4, 1, 5, 5, 0].map((i) => first[i]));
  expect(randomMeshes(mesh, new Random(5)).at(0)).not.toEqual(first[0]);
});

test("there is nothing to draw in one step", () => {
  expect(randomMeshes([0, 1], new Random(0)).at(7)).toEqual([0, 1]);
});
