import { describe, expect, test } from "vitest";
import { evaluateGraph, type NamedNodes, trace } from "../../../../src/graph/index.js";
import { mlpNetwork } from "../../../../src/hypersolver/correction/network.js";
import {
  answerTable,
  asAnswer,
  columnsOf,
  inputTable,
  laidOut,
  layoutFor,
  layoutInputs,
  plainLayout,
  type RowLayout,
  sideBySide,
  tokensOf,
} from "../../../../src/hypersolver/correction/row-layout.js";
import { columnStatistics } from "../../../../src/hypersolver/correction/statistics.js";
import { fromNumbers, Random, sizeOf, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";

const random = new Random(3);
const drawn = (...shape: number[]): Tensor =>
  fromNumbers(
    Float64Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
  );

const numbersOf = (value: Tensor | undefined): [readonly number[], Float64Array] => [
  value?.shape ?? [],
  toFloat64(value as Tensor),
];

/** The inputs of a layout side by side, and its answer for the state's own rows. */
function evaluated(layout: RowLayout, values: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const graph = trace(layoutInputs(layout), (nodes: NamedNodes) => {
    const parts = laidOut(layout, nodes);
    return { all: sideBySide(parts), z: asAnswer(layout, parts[0] as (typeof parts)[0]) };
  });
  return evaluateGraph(graph, values);
}

test.each([
  [[], []],
  [[300], []],
  [[4, 8], []],
  [[16, 20], [16]],
  [
    [4, 8, 10],
    [4, 8],
  ],
  [
    [3, 4, 8, 10],
    [4, 8, 10],
  ],
])("samples %j have tokens %j", (state, tokens) => {
  expect(tokensOf(state)).toEqual(tokens);
});

describe("a layout", () => {
  test.each([[[]], [[5]], [[2, 3]]])("lays samples %j in one row, and answers in their shape", (shape) => {
    const layout = layoutFor({ z: shape, epsilon: shape.map(() => 1) }, shape);
    const values = { z: drawn(4, ...shape), epsilon: drawn(4, ...shape.map(() => 1)) };
    const { all, z } = evaluated(layout, values);
    expect(all?.shape).toEqual([4, sizeOf(shape) + 1]);
    expect(numbersOf(z)).toEqual(numbersOf(values.z));
  });

  test("gives every token its own row, with what the whole sample has", () => {
    const layout = layoutFor({ z: [16, 20], epsilon: [1, 1], mask: [16], "x label": [3] }, [16, 20]);
    expect(Object.keys(layout.shapes).map((name) => columnsOf(layout, name))).toEqual([20, 1, 1, 3]);
    const values = {
      z: drawn(2, 16, 20),
      epsilon: drawn(2, 1, 1),
      mask: drawn(2, 16),
      "x label": drawn(2, 3),
    };
    const { all, z } = evaluated(layout, values);
    expect(all?.shape).toEqual([2, 16, 25]);
    expect(numbersOf(z)).toEqual(numbersOf(values.z));
    const numbers = toFloat64(all as Tensor);
    const row = (sample: number, token: number): number[] =>
      [...numbers].slice((sample * 16 + token) * 25, (sample * 16 + token + 1) * 25);
    const of = (value: Tensor, from: number, count: number): number[] =>
      [...toFloat64(value)].slice(from, from + count);
    expect(row(1, 7)).toEqual([
      ...of(values.z, (16 + 7) * 20, 20),
      ...of(values.epsilon, 1, 1),
      ...of(values.mask, 16 + 7, 1),
      ...of(values["x label"], 3, 3),
    ]);
  });

  test("takes the channels of volumes as columns", () => {
    const layout = layoutFor({ z: [3, 4, 8, 10] }, [3, 4, 8, 10]);
    const values = { z: drawn(2, 3, 4, 8, 10) };
    const { all, z } = evaluated(layout, values);
    expect(all?.shape).toEqual([2, 4, 8, 10, 3]);
    expect(numbersOf(z)).toEqual(numbersOf(values.z));
    const last = toFloat64(all as Tensor).slice(-3);
    expect([...last]).toEqual([0, 1, 2].map((c) => toFloat64(values.z)[960 + 320 * c + 319]));
  });

  test.each([[[2, 3]], [[16, 20]], [[2, 2, 10, 10]]])(
    "shows statistics the rows that the network sees, of %j",
    (shape) => {
      const layout = layoutFor({ z: shape, epsilon: shape.map(() => 1) }, shape);
      const values = { z: drawn(3, ...shape), epsilon: drawn(3, ...shape.map(() => 1)) };
      const { all } = evaluated(layout, values);
      const tables = Object.keys(values).map((name) => inputTable(layout, name, values[name as "z"]));
      const [z, epsilon] = tables.map(({ shape: [rows = 0, columns = 0], data }) =>
        Array.from({ length: rows }, (_, i) => [...data.slice(i * columns, (i + 1) * columns)].map(Number)),
      ) as [number[][], number[][]];
      expect(z.flatMap((row, i) => [...row, ...(epsilon[i] ?? [])])).toEqual([...toFloat64(all as Tensor)]);
      expect(toFloat64(answerTable(layout, values.z))).toEqual(toFloat64(tables[0] as Tensor));
    },
  );
});

test("a network of tokens treats all alike, one of a small sample sees it whole", () => {
  const answers = (layout: RowLayout, z: Tensor): Float64Array => {
    const statistics = { z: columnStatistics(inputTable(layout, "z", z)) };
    const width = columnsOf(layout, "z");
    const { graph, parameters } = mlpNetwork(
      {
        ...{ inputs: ["z"], hidden: [4], activation: "tanh", layout, statistics },
        scale: new Float64Array(width).fill(1),
      },
      new Random(1),
    );
    const last = drawn(width, 4);
    return toFloat64(evaluateGraph(graph, { ...parameters, "2.weight": last, z }).g as Tensor);
  };
  const token = [...toFloat64(drawn(1, 20))];
  const repeated = fromNumbers(Array.from({ length: 16 }, () => token).flat(), [1, 16, 20]);
  const alike = answers(layoutFor({ z: [16, 20] }, [16, 20]), repeated);
  expect(alike.slice(300)).toEqual(alike.slice(0, 20));
  const whole = answers(plainLayout({ z: 320 }, 320), { ...repeated, shape: [1, 320] });
  expect(whole.slice(300)).not.toEqual(whole.slice(0, 20));
});
