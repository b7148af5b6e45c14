import type { MeshStep } from "../../problem/mesh.js";
import type { Algebra } from "../algebra.js";
import { type LinearMethod, linearSteps } from "../linear-method.js";
import type { NonStationaryCoefficients, NonStationaryRow } from "./coefficients.js";

/** A state as its method computes it: another one, and weights of evaluations. */
interface Form {
  /** Index of the state that it goes on from. */
  readonly from: number;
  readonly weights: readonly number[];
}

/** What an evaluation is known by. */
interface Evaluation extends Form {
  readonly index: number;
}

/**
 * The coefficients of a method over given steps, found by letting it solve with states that write down what is done to them.
 * Rounding is the method's own: a state that was evaluated is gone on from, never taken apart.
 * @param steps they cover the span [0, 1].
 */
export function coefficientsOf(
  method: LinearMethod,
  steps: readonly MeshStep<number>[],
): NonStationaryCoefficients {
  const times: number[] = [];
  const evaluated: Form[] = [];
  const field = (s: number, y: Form): Evaluation => {
    times.push(s);
    return { index: evaluated.push(y) - 1, ...NOTHING };
  };
  /** A state that f was evaluated at stands for itself. */
  const anchored = (y: Form): Form => {
    const index = evaluated.indexOf(y);
    return index < 0 ? y : { from: index, weights: [] };
  };
  /** All weights of a state that is gone on from the first one. */
  const whole = (y: Form): readonly number[] => {
    const before = y.from === 0 ? [] : whole(evaluated[y.from] ?? NOTHING);
    const length = Math.max(before.length, y.weights.length);
    return Array.from({ length }, (_, j) => (before[j] ?? 0) + (y.weights[j] ?? 0));
  };
  const recorder: Algebra<Form, number> = {
    time: (s, c, dt) => s + c * dt,
    combine: (y, dt, coefficients, k) => {
      const { from, weights } = anchored(y);
      const sum = [...weights];
      for (const [i, stage] of k.entries()) {
        const { index } = stage as Evaluation;
        while (sum.length <= index) sum.push(0);
        sum[index] = (sum[index] ?? 0) + dt * (coefficients[i] ?? 0);
      }
      return { from, weights: sum };
    },
    increment: () => NOTHING,
    scale: (y) => y,
    move: (y, factor, from, to) => {
      const [base, start, end] = [whole(y), whole(from), whole(to)];
      const weights = Array.from({ length: evaluated.length }, (_, j) => {
        const change = (end[j] ?? 0) - (start[j] ?? 0);
        return (base[j] ?? 0) + factor * change;
      });
      return { from: 0, weights };
    },
    negative: (dt) => -dt,
  };
  let end = NOTHING;
  for (const { y1 } of linearSteps(method, field, recorder, steps, NOTHING)) end = y1;
  const rows = [...evaluated.slice(1), end].map(({ from, weights }, i): NonStationaryRow => {
    const padding = new Array<number>(i + 1 - weights.length).fill(0);
    return { from, scale: 1, weights: [...weights, ...padding] };
  });
  return { times, rows };
}

/** The state that a solve begins with. */
const NOTHING: Form = { from: 0, weights: [] };
