import { describe, expect, test } from "vitest";
import {
  evaluateGraph,
  gradient,
  type NamedNodes,
  type Node,
  trace,
  withFloat,
} from "../../../../src/graph/index.js";
import { mlpCorrection } from "../../../../src/hypersolver/correction/network.js";
import { residualLoss, trajectoryLoss } from "../../../../src/hypersolver/fit/losses.js";
import type { Correction } from "../../../../src/hypersolver/index.js";
import type { RowTable } from "../../../../src/hypersolver/reference/row-table.js";
import { heun } from "../../../../src/ode/index.js";
import { fromNumbers, Random, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { driven } from "../../../helpers/closed-form.js";
import { relativeDifference } from "../../../helpers/compare.js";

/** Central differences of step 1e-5 in float64: truncation 1e-10, cancellation 1e-11, times curvature. */
const GRADIENT = 1e-6;
const batch = 5;

/** A small g in float64 with weights away from zero, so that every stage depends on them. */
function network(): Correction {
  const column = (width: number) => ({
    mean: new Float64Array(width),
    deviation: new Float64Array(width).fill(1),
  });
  const statistics = { z: column(2), k0: column(2), k1: column(2), epsilon: column(1), "x x": column(1) };
  const correction = mlpCorrection(
    {
      ...{ base: heun, inputs: ["z", "stages", "epsilon", "x"], hidden: [3], activation: "tanh" },
      ...{ statistics, scale: Float64Array.of(1, 2) },
    },
    new Random(1),
  );
  const random = new Random(2);
  const parameters = Object.fromEntries(
    Object.entries(correction.parameters).map(([name, { shape, data }]) => [
      name,
      fromNumbers(
        Array.from({ length: data.length }, () => random.normal()),
        shape,
        "float64",
      ),
    ]),
  );
  return { ...correction, graph: withFloat(correction.graph, "float64"), parameters };
}

const correction = network();
const field = driven.field("float64");

/** Columns side by side, two numbers each but for the control. */
function columnsOf(names: readonly string[]): RowTable["columns"] {
  let start = 0;
  return Object.fromEntries(
    names.map((name) => {
      const width = name.startsWith("x ") || name === "epsilon" ? 1 : 2;
      const column = { start, end: start + width, shape: [width] };
      start += width;
      return [name, column];
    }),
  );
}

/** Arbitrary data: a gradient has to be right wherever it is taken. */
function matrixOf(columns: RowTable["columns"]): Tensor {
  const width = Math.max(...Object.values(columns).map(({ end }) => end));
  const random = new Random(9);
  return fromNumbers(
    Array.from({ length: batch * width }, () => random.normal()),
    [batch, width],
    "float64",
  );
}

type Loss = (parameters: NamedNodes, matrix: Node) => Node;

/** Loss and gradient, as numbers, at given parameters. */
function evaluated(loss: Loss, matrix: Tensor) {
  const specs = Object.fromEntries(
    Object.entries(correction.parameters).map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
  );
  const graph = trace(
    { ...specs, "/matrix": { shape: matrix.shape, dtype: "float64" } },
    (nodes: NamedNodes) => {
      const own = Object.keys(specs).map((name) => nodes[name] as Node);
      const value = loss(nodes, nodes["/matrix"] as Node);
      const slopes = gradient(value, own);
      return {
        loss: value,
        ...Object.fromEntries(Object.keys(specs).map((name, i) => [`d ${name}`, slopes[i] as Node])),
      };
    },
  );
  return (parameters: Correction["parameters"]) => {
    const outputs = evaluateGraph(graph, { ...parameters, "/matrix": matrix });
    const slopes = Object.keys(specs).flatMap((name) => [...toFloat64(outputs[`d ${name}`] as Tensor)]);
    return { loss: toFloat64(outputs.loss as Tensor)[0] ?? Number.NaN, slopes };
  };
}

/** Central differences of the loss in every parameter. */
function differences(evaluate: ReturnType<typeof evaluated>): number[] {
  const step = 1e-5;
  return Object.entries(correction.parameters).flatMap(([name, value]) =>
    Array.from({ length: value.data.length }, (_, i) => {
      const at = (sign: number): number => {
        const data = Float64Array.from(toFloat64(value));
        data[i] = (data[i] ?? 0) + sign * step;
        return evaluate({ ...correction.parameters, [name]: fromNumbers(data, value.shape, "float64") }).loss;
      };
      return (at(1) - at(-1)) / (2 * step);
    }),
  );
}

const pathColumns = (steps: number): RowTable["columns"] =>
  columnsOf([...Array.from({ length: steps + 1 }, (_, k) => `z${k}`), "x x"]);

function trajectory(steps: number, throughField: boolean): ReturnType<typeof evaluated> {
  const columns = pathColumns(steps);
  const options = { columns, span: [0.1, 1.5] as const, steps, throughField };
  return evaluated(
    (parameters, matrix) => trajectoryLoss(field, correction, parameters, matrix, options),
    matrixOf(columns),
  );
}

describe("trajectory fitting", () => {
  test.each([1, 2, 3, 4])("has the exact gradient through f in %d steps", (steps) => {
    const evaluate = trajectory(steps, true);
    expect(relativeDifference(evaluate(correction.parameters).slopes, differences(evaluate))).toBeLessThan(
      GRADIENT,
    );
  });

  test("detached from f has the same loss, the same gradient for one step and a biased one for more", () => {
    for (const steps of [1, 2, 4]) {
      const [full, detached] = [true, false].map((through) =>
        trajectory(steps, through)(correction.parameters),
      );
      expect(detached?.loss).toBe(full?.loss);
      const difference = relativeDifference(detached?.slopes ?? [], full?.slopes ?? []);
      if (steps === 1) expect(difference).toBe(0);
      else expect(difference).toBeGreaterThan(0.01);
    }
  });

  test("sums the distances at all mesh points, averaged over the batch", () => {
    const columns = pathColumns(2);
    const matrix = matrixOf(columns);
    const zero = Object.fromEntries(
      Object.entries(correction.parameters).map(([name, { shape, data }]) => [
        name,
        fromNumbers(new Float64Array(data.length), shape, "float64"),
      ]),
    );
    // g = 0: the base's own states. Heun by hand on z' = x cos(s) z.
    const { loss } = trajectory(2, true)(zero);
    const width = matrix.shape[1] ?? 0;
    let expected = 0;
    for (let i = 0; i < batch; i++) {
      const row = [...toFloat64(matrix).slice(i * width, (i + 1) * width)];
      const x = row[6] ?? Number.NaN;
      let z = row.slice(0, 2);
      for (const [k, s] of [0.1, 0.8].entries()) {
        z = z.map((value) => {
          const k0 = x * Math.cos(s) * value;
          const k1 = x * Math.cos(s + 0.7) * (value + 0.7 * k0);
          return value + 0.35 * (k0 + k1);
        });
        expected += Math.hypot(...z.map((value, j) => value - (row[2 * k + 2 + j] ?? Number.NaN))) / batch;
      }
    }
    expect(loss).toBeCloseTo(expected, 12);
  });
});

describe("residual fitting", () => {
  const columns = columnsOf(["z", "k0", "k1", "epsilon", "x x", "residual"]);
  const matrix = matrixOf(columns);
  const evaluate = evaluated(
    (parameters, rows) => residualLoss(correction, parameters, rows, columns),
    matrix,
  );

  test("has the exact gradient", () => {
    expect(relativeDifference(evaluate(correction.parameters).slopes, differences(evaluate))).toBeLessThan(
      GRADIENT,
    );
  });

  test("is the mean distance of g to the residual of its row", () => {
    const width = matrix.shape[1] ?? 0;
    const column = (name: string): Tensor => {
      const { start, end } = columns[name] ?? { start: 0, end: 0 };
      const values = Array.from({ length: batch }, (_, i) => [
        ...toFloat64(matrix).slice(i * width + start, i * width + end),
      ]);
      return fromNumbers(values.flat(), [batch, end - start], "float64");
    };
    const feeds = Object.fromEntries(Object.keys(columns).map((name) => [name, column(name)]));
    const g = evaluateGraph(correction.graph, { ...feeds, ...correction.parameters }).g as Tensor;
    const [predicted, wanted] = [toFloat64(g), toFloat64(column("residual"))];
    let expected = 0;
    for (let i = 0; i < batch; i++) {
      const gap = [0, 1].map((j) => (predicted[2 * i + j] ?? 0) - (wanted[2 * i + j] ?? 0));
      expected += Math.hypot(...gap) / batch;
    }
    expect(evaluate(correction.parameters).loss).toBeCloseTo(expected, 12);
  });
});
