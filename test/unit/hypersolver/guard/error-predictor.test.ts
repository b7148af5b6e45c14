import { expect, test } from "vitest";
import { trace } from "../../../../src/graph/index.js";
import { type ErrorPredictor, predictedErrors } from "../../../../src/hypersolver/guard/error-predictor.js";
import { compile } from "../../../../src/runtime/index.js";
import { fromNumbers, toFloat64 } from "../../../../src/tensor/index.js";
import { node } from "../../../helpers/corrections.js";

const older: ErrorPredictor = {
  mean: [1, -2],
  deviation: [2, 0.5],
  reach: 9,
  target: { mean: -3, deviation: 1.5 },
  hidden: 2,
  weights: {
    "0.weight": [0.5, -0.25, 0.125, 1],
    "0.bias": [0.1, -0.2],
    "2.weight": [1, 0.5, -0.75, 0.3],
    "2.bias": [0.05, 0.4],
    "4.weight": [0.8, -1.2],
    "4.bias": [0.3],
  },
};

/** The error predicted from two traits, as its file says it. */
function byHand(
  traits: readonly number[],
  { mean, deviation, reach, target, activation, weights }: ErrorPredictor,
): number {
  const off = traits.map((value, i) => (value - (mean[i] ?? 0)) / (deviation[i] ?? 1));
  if (off.some((each) => Math.abs(each) >= reach)) return Number.POSITIVE_INFINITY;
  const layer = (x: readonly number[], name: string): number[] =>
    (weights[`${name}.bias`] ?? []).map((bias, row) =>
      x.reduce((sum, each, i) => sum + each * (weights[`${name}.weight`]?.[row * x.length + i] ?? 0), bias),
    );
  const isRelu = activation === "relu";
  const seen = isRelu ? off : off.map((each) => Math.max(-5, Math.min(5, each)));
  const between = isRelu ? (x: number): number => Math.max(0, x) : Math.tanh;
  const [last = 0] = layer(layer(layer(seen, "0").map(between), "2").map(between), "4");
  const added = seen.reduce((sum, x, i) => sum + x * (weights["traits.weight"]?.[i] ?? 0), 0);
  return Math.exp((last + added) * target.deviation + target.mean);
}

// The second one is seven deviations off, the third further than any that was seen.
const samples = [
  [0.3, -1.7],
  [15, -2.2],
  [1, 3],
  [4, -3.1],
] as const;

const relu: ErrorPredictor = {
  ...older,
  activation: "relu",
  weights: { ...older.weights, "traits.weight": [-0.4, 0.15] },
};

test.each([
  ["tanh of at most five deviations, in files that do not say", older],
  ["ReLU, and a product with the traits", relu],
])("errors are predicted by %s", async (_name, predictor) => {
  const graph = trace({ traits: { shape: [2, "batch"] } }, ({ traits }) => ({
    errors: predictedErrors(node(traits), predictor),
  }));
  const program = await compile(graph);
  const rows = [0, 1].flatMap((trait) => samples.map((sample) => sample[trait] ?? 0));
  const { errors } = await program.run({ traits: fromNumbers(rows, [2, samples.length]) });
  await program.dispose();
  const expected = samples.map((sample) => byHand(sample, predictor));
  expect(expected.map(Number.isFinite)).toEqual([true, true, false, true]);
  const found = errors === undefined ? [] : [...toFloat64(errors)];
  for (const [row, value] of expected.entries())
    if (Number.isFinite(value)) expect((found[row] ?? Number.NaN) / value).toBeCloseTo(1, 5);
    else expect(found[row]).toBe(value);
});
