import { expect, test } from "vitest";
import { evaluateGraph } from "../../../../src/graph/index.js";
import {
  MIX,
  type MixedOptions,
  mixedNetwork,
  withFoldedScale,
} from "../../../../src/hypersolver/correction/mixed-network.js";
import { startingMixing } from "../../../../src/hypersolver/correction/mixing.js";
import { plainLayout } from "../../../../src/hypersolver/correction/row-layout.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";

const random = new Random(7);
const [ROWS, COLUMNS] = [500, 3];
const table = (value: (row: number, column: number) => number): Tensor =>
  fromNumbers(
    Float64Array.from({ length: ROWS * COLUMNS }, (_, i) => value(Math.floor(i / COLUMNS), i % COLUMNS)),
    [ROWS, COLUMNS],
    "float64",
  );
/** A state, an evaluation that is mostly it, and one that is mostly both; columns of other sizes, far from zero. */
const z = table((_, d) => 5 + (d + 1) * random.normal());
const of = (x: Tensor, row: number, d: number): number => toFloat64(x)[row * COLUMNS + d] ?? 0;
const k0 = table((row, d) => 2 * of(z, row, d) + (d + 1) * random.normal());
const k1 = table((row, d) => of(z, row, d) - of(k0, row, d) + 0.01 * (d + 1) * random.normal());
const sources = [z, k0, k1];

/** m_r of a row, from the formula. */
function mixOf(
  { weight, bias }: { weight: Tensor; bias: Tensor },
  r: number,
  row: number,
  d: number,
): number {
  const [w, b] = [toFloat64(weight), toFloat64(bias)];
  return sources.reduce(
    (sum, x, p) => sum + (w[(r * sources.length + p) * COLUMNS + d] ?? 0) * of(x, row, d),
    b[r * COLUMNS + d] ?? 0,
  );
}

test("mixes begin as what one table adds to those before it: of mean zero, deviation one, and apart", () => {
  const mixing = startingMixing(sources, 2);
  expect([mixing.weight.shape, mixing.bias.shape]).toEqual([
    [2, 3, COLUMNS],
    [2, COLUMNS],
  ]);
  const values = [0, 1].map((r) =>
    Array.from({ length: ROWS * COLUMNS }, (_, i) => mixOf(mixing, r, Math.floor(i / COLUMNS), i % COLUMNS)),
  );
  const mean = (numbers: readonly number[]): number =>
    numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  for (const own of values)
    for (let d = 0; d < COLUMNS; d++) {
      const column = own.filter((_, i) => i % COLUMNS === d);
      expect(mean(column)).toBeCloseTo(0, 3);
      expect(mean(column.map((x) => x * x))).toBeCloseTo(1, 3);
    }
  expect(Math.abs(mean((values[0] ?? []).map((x, i) => x * (values[1]?.[i] ?? 0))))).toBeLessThan(0.1);
});

test.each([
  ["with its matrix", true],
  ["of layers alone", false],
])("a network %s is what its formula says, and the same with its sizes inside its weights", (_, matrix) => {
  const options: MixedOptions = {
    inputs: ["z", "stages"],
    hidden: [4],
    activation: "tanh",
    layout: plainLayout({ z: COLUMNS, k0: COLUMNS, k1: COLUMNS }, COLUMNS),
    mixing: startingMixing(sources, 2),
    sizes: [5, 12, 8],
    matrix,
    scale: Float64Array.of(0.5, 2, 10),
  };
  const untrained = mixedNetwork(options, new Random(1));
  // Last layer and matrix begin at zero: here they have numbers.
  const parameters = Object.fromEntries(
    Object.entries(untrained.parameters).map(([name, value]) => [
      name,
      Object.values<string>(MIX).includes(name)
        ? value
        : fromNumbers(
            toFloat64(value).map(() => random.normal()),
            value.shape,
          ),
    ]),
  );
  const inputs = { z, k0, k1 };
  const few = Object.fromEntries(
    Object.entries(inputs).map(([name, { data }]) => [
      name,
      fromNumbers([...(data as Float64Array)].slice(0, 2 * COLUMNS), [2, COLUMNS]),
    ]),
  );
  const g = toFloat64(evaluateGraph(untrained.graph, { ...parameters, ...few }).g as Tensor);
  const numbers = (name: string): Float64Array => toFloat64(parameters[name] as Tensor);
  for (let row = 0; row < 2; row++) {
    const m = [0, 1].flatMap((r) =>
      Array.from({ length: COLUMNS }, (_, d) => mixOf(options.mixing, r, row, d)),
    );
    const layer = (weight: string, bias: string | undefined, x: readonly number[]): number[] => {
      const w = numbers(weight);
      return Array.from({ length: w.length / x.length }, (_, i) =>
        x.reduce(
          (sum, value, j) => sum + value * (w[i * x.length + j] ?? 0),
          bias === undefined ? 0 : (numbers(bias)[i] ?? 0),
        ),
      );
    };
    const hidden = layer("0.weight", "0.bias", m).map(Math.tanh);
    const answer = layer("2.weight", "2.bias", hidden);
    const [v, u] = [answer.slice(COLUMNS, COLUMNS + 3), answer.slice(COLUMNS + 3)];
    const weighed = m.map((value, i) => value * (1 + (u[Math.floor(i / COLUMNS)] ?? Number.NaN)));
    const straight = matrix ? layer("linear.weight", undefined, weighed) : [0, 0, 0];
    const usual = (0.5 + 2 + 10) / 3;
    for (let d = 0; d < COLUMNS; d++) {
      const own = sources.reduce(
        (sum, x, p) => sum + (usual / (options.sizes[p] ?? 0)) * (v[p] ?? Number.NaN) * of(x, row, d),
        0,
      );
      const expected = (options.scale[d] ?? 0) * ((answer[d] ?? 0) + (straight[d] ?? 0)) + own;
      expect((g[row * COLUMNS + d] ?? Number.NaN) / expected).toBeCloseTo(1, 3);
    }
  }
  const folded = withFoldedScale(options, { ...untrained, parameters });
  const same = toFloat64(evaluateGraph(folded.graph, { ...folded.parameters, ...few }).g as Tensor);
  for (const [i, value] of same.entries()) expect(value / (g[i] ?? Number.NaN)).toBeCloseTo(1, 4);
});
