import { expect, test } from "vitest";
import { patternSearch } from "../../../../src/hypersolver/learned/pattern-search.js";

test("the smallest point of a bent valley is found to within the last step, and nothing worse than the start", async () => {
  const asked: number[][] = [];
  const valley = async (point: readonly number[]): Promise<number> => {
    asked.push([...point]);
    const [x = 0, y = 0] = point;
    return (x - 0.7) ** 2 + 2 * (y + 0.4 + 0.2 * x) ** 2;
  };
  const [x = 0, y = 0] = await patternSearch(valley, [0, 0], { first: 0.5, last: 0.01, most: 200 });
  expect(Math.abs(x - 0.7)).toBeLessThan(0.03);
  expect(Math.abs(y + 0.54)).toBeLessThan(0.03);
  expect(asked.length).toBeLessThan(120);
});

test("a start that nothing improves stays, and infinities are stepped around", async () => {
  const wall = async ([x = 0]: readonly number[]): Promise<number> =>
    x === 0 ? 1 : Number.POSITIVE_INFINITY;
  expect(await patternSearch(wall, [0], { first: 1, last: 0.1, most: 50 })).toEqual([0]);
  expect(await patternSearch(async () => 5, [], { first: 1, last: 0.1, most: 50 })).toEqual([]);
});

test("no more points are looked at than it is told", async () => {
  let looks = 0;
  const falling = async ([x = 0]: readonly number[]): Promise<number> => {
    looks++;
    return -x;
  };
  const [x = 0] = await patternSearch(falling, [0], { first: 1, last: 0.1, most: 7 });
  expect([looks, x]).toEqual([7, 6]);
});
