import { describe, expect, test } from "vitest";
import { evaluateGraph } from "../../../../src/graph/index.js";
import type { HiddenActivation } from "../../../../src/hypersolver/correction/names.js";
import { plainLayout } from "../../../../src/hypersolver/correction/row-layout.js";
import {
  type WhitenedOptions,
  whitenedNetwork,
  withFoldedWhitening,
} from "../../../../src/hypersolver/correction/whitened-network.js";
import { type Whitening, whiteningOf } from "../../../../src/hypersolver/correction/whitening.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";

const random = new Random(4);
const ROWS = 400;

/** Columns a; b, nearly 3 a; c, by itself and far from zero; d, which does not vary. */
const table = fromNumbers(
  Array.from({ length: ROWS }, () => {
    const a = random.normal();
    return [a, 3 * a + 0.5 * random.normal(), 40 + 2 * random.normal(), 7];
  }).flat(),
  [ROWS, 4],
);

function whitened({ mean, matrix }: Whitening, row: Float64Array): number[] {
  const n = mean.length;
  return Array.from({ length: n }, (_, i) =>
    row.reduce((sum, value, j) => sum + (matrix[i * n + j] ?? 0) * (value - (mean[j] ?? 0)), 0),
  );
}

describe("whitening", () => {
  const half = (from: number): Tensor =>
    fromNumbers(toFloat64(table).slice(4 * from, 4 * from + 2 * ROWS), [ROWS / 2, 4]);
  test.each([
    ["of one table", [table]],
    ["of the same in two parts", [half(0), half(ROWS / 2)]],
  ])("makes columns uncorrelated and of deviation one, and leaves one that does not vary: %s", (_, parts) => {
    const made = whiteningOf(...parts);
    const values = toFloat64(table);
    const rows = Array.from({ length: ROWS }, (_, i) => whitened(made, values.slice(4 * i, 4 * i + 4)));
    for (let i = 0; i < 4; i++)
      for (let j = 0; j <= i; j++) {
        const covariance = rows.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0) / ROWS;
        const expected = i !== j || i === 3 ? 0 : 1;
        expect(Math.abs(covariance - expected)).toBeLessThan(0.01);
      }
  });

  test("magnifies what others predict a hundred times at most", () => {
    const twice = fromNumbers(
      Array.from({ length: 100 }, () => random.normal()).flatMap((a) => [a, a]),
      [100, 2],
    );
    const { matrix } = whiteningOf(twice);
    expect(Math.max(...matrix.map(Math.abs))).toBeLessThan(150);
    expect(Math.max(...matrix.map(Math.abs))).toBeGreaterThan(50);
  });
});

describe("a network of whitened inputs", () => {
  const options = (hidden: readonly number[], activation: HiddenActivation): WhitenedOptions => ({
    ...{ inputs: ["z", "stages"], hidden, activation },
    layout: plainLayout({ z: 1, k0: 3 }, 2),
    whitening: whiteningOf(table),
    scale: Float64Array.of(0.1, 40),
  });
  const values = toFloat64(table);
  const inputs = {
    z: fromNumbers(
      Array.from({ length: 6 }, (_, i) => values[4 * i] ?? 0),
      [6, 1],
    ),
    k0: fromNumbers(
      Array.from({ length: 18 }, (_, i) => values[4 * Math.floor(i / 3) + 1 + (i % 3)] ?? 0),
      [6, 3],
    ),
  };
  const answers = ({ graph, parameters }: ReturnType<typeof whitenedNetwork>): Float64Array =>
    toFloat64(evaluateGraph(graph, { ...inputs, ...parameters }).g as Tensor);

  test.each([
    ["no hidden layer", [], "silu"],
    ["one", [5], "tanh"],
    ["two, with slopes of their own", [5, 4], "prelu"],
  ] as const)("answers the same with everything folded into its weights: %s", (_, hidden, activation) => {
    const of = options(hidden, activation);
    const fresh = whitenedNetwork(of, new Random(1));
    expect(Math.max(...answers(fresh).map(Math.abs))).toBe(0);
    const moved = Object.entries(fresh.parameters).map(([name, { shape }]) => [
      name,
      fromNumbers(
        Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
        shape,
      ),
    ]);
    const trained = { ...fresh, parameters: Object.fromEntries(moved) };
    const [before, after] = [answers(trained), answers(withFoldedWhitening(of, trained))];
    const size = Math.max(...before.map(Math.abs));
    expect(size).toBeGreaterThan(1);
    after.forEach((value, i) => {
      expect(Math.abs(value - (before[i] ?? 0))).toBeLessThan(1e-4 * size);
    });
  });
});
