import { describe, expect, test } from "vitest";
import {
  add,
  constant,
  evaluateGraph,
  gradient,
  type NamedNodes,
  type Node,
  trace,
} from "../../../../src/graph/index.js";
import { advantagesOf, policyLoss } from "../../../../src/hypersolver/policy/policy-loss.js";
import { fromNumbers, scalar, type Tensor, toFloat64 } from "../../../../src/tensor/index.js";
import { relativeDifference } from "../../../helpers/compare.js";
import { FINITE_DIFFERENCE } from "../../../helpers/tolerances.js";

/** A bandit with three arms: what each gives, and how it is preferred. */
const rewards = [1, -0.5, 2.25];
const preferences = [0.3, -0.2, 0.1];
const probabilities = (logits: readonly number[]): number[] => {
  const weights = logits.map(Math.exp);
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
};
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The gradient of the loss by the logits, from a row for every arm. */
function lossGradient(
  logits: readonly number[],
  advantages: readonly number[],
  { entropyWeight = 0, value = 0, target = 0 } = {},
): Float64Array {
  const dtype = "float64";
  const arms = logits.length;
  const matrix = (values: readonly number[], width: number): Node =>
    constant(fromNumbers(values, [values.length / width, width], dtype));
  const graph = trace({ logits: { shape: [arms], dtype } }, ({ logits: one }: NamedNodes) => {
    const rows = matrix(new Array(arms * arms).fill(0), arms);
    const repeated = { logits: add(rows, one as Node), value: matrix(new Array(arms).fill(value), 1) };
    const { loss } = policyLoss(repeated, {
      taken: matrix(
        logits.flatMap((_, i) => logits.map((_own, j) => (i === j ? 1 : 0))),
        arms,
      ),
      advantage: matrix(advantages, 1),
      target: matrix(new Array(arms).fill(target), 1),
      entropyWeight: constant(scalar(entropyWeight, dtype)),
    });
    return { d: gradient(loss, [one as Node])[0] as Node };
  });
  return toFloat64(evaluateGraph(graph, { logits: fromNumbers(logits, [arms], dtype) }).d as Tensor);
}

const central = (f: (x: readonly number[]) => number, x: readonly number[], h = 1e-5): number[] =>
  x.map((_, i) => {
    const moved = (by: number): number => f(x.map((value, j) => (i === j ? value + by : value)));
    return (moved(h) - moved(-h)) / (2 * h);
  });

describe("the loss of a policy", () => {
  test("has the gradient of the expected reward, with its sign turned, whatever the baseline", () => {
    const expected = (logits: readonly number[]): number =>
      sum(probabilities(logits).map((share, i) => share * (rewards[i] ?? 0)));
    const exact = central(expected, preferences);
    for (const baseline of [0, 0.7, -3]) {
      // Every arm as often as it is drawn; the loss is a mean over the three rows.
      const shares = probabilities(preferences);
      const advantages = rewards.map((reward, i) => 3 * (shares[i] ?? 0) * (reward - baseline));
      const found = lossGradient(preferences, advantages);
      expect(
        relativeDifference(
          found.map((d) => -d),
          exact,
        ),
      ).toBeLessThan(FINITE_DIFFERENCE);
    }
  });

  test("rewards indecision by its weight", () => {
    const entropy = (logits: readonly number[]): number =>
      -sum(probabilities(logits).map((share) => share * Math.log(share)));
    const found = lossGradient(preferences, [0, 0, 0], { entropyWeight: 0.4 });
    const exact = central((logits) => -0.4 * entropy(logits), preferences);
    expect(relativeDifference(found, exact)).toBeLessThan(FINITE_DIFFERENCE);
  });

  test("climbs to the best arm of a bandit", () => {
    let logits: readonly number[] = [0, 0, 0];
    for (let i = 0; i < 200; i++) {
      const shares = probabilities(logits);
      const mean = sum(shares.map((share, k) => share * (rewards[k] ?? 0)));
      const d = lossGradient(
        logits,
        rewards.map((reward, k) => 3 * (shares[k] ?? 0) * (reward - mean)),
      );
      logits = logits.map((logit, k) => logit - (d[k] ?? 0));
    }
    expect(probabilities(logits)[2]).toBeGreaterThan(0.98);
  });
});

describe("advantages", () => {
  const values = [2, -1, 0.5];
  test("are whole returns less their estimates where the trace is whole", () => {
    const { advantages, targets } = advantagesOf([1, 2, 3], values, 1);
    expect(advantages).toEqual([6 - 2, 5 + 1, 3 - 0.5]);
    expect(targets).toEqual([6, 5, 3]);
  });

  test("are one step's surprise without a trace", () => {
    const { advantages } = advantagesOf([1, 2, 3], values, 0);
    expect(advantages).toEqual([1 - 1 - 2, 2 + 0.5 + 1, 3 - 0.5]);
  });
});
