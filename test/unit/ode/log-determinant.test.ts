import { describe, expect, test } from "vitest";
import { logDeterminant } from "../../../src/ode/field/log-determinant.js";
import { draw, Random } from "../../../src/tensor/index.js";
import { logDeterminant as byHand } from "../../helpers/flows.js";

describe("a determinant", () => {
  const rows = (matrix: readonly (readonly number[])[]): Float64Array[] =>
    matrix.map((row) => Float64Array.from(row));

  test("is that of elimination by hand, of any size, whatever the pivots", () => {
    const random = new Random(4);
    for (const size of [1, 2, 3, 6]) {
      const matrix = Array.from({ length: size }, () => [...draw(size, () => random.normal())]);
      const { log } = logDeterminant(rows(matrix));
      expect(log).toBeCloseTo(byHand(matrix), 10);
    }
  });

  test("has its sign", () => {
    expect(
      logDeterminant(
        rows([
          [0, 2],
          [3, 0],
        ]),
      ),
    ).toEqual({ log: Math.log(2) + Math.log(3), sign: -1 });
    expect(
      logDeterminant(
        rows([
          [0, 0, -1],
          [0, 2, 0],
          [3, 0, 0],
        ]),
      ).sign,
    ).toBe(1);
    expect(
      logDeterminant(
        rows([
          [1, 2],
          [2, 4],
        ]),
      ),
    ).toEqual({ log: Number.NEGATIVE_INFINITY, sign: 0 });
  });
});
