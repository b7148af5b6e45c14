import { add, type Operand, sub } from "../../graph/index.js";
import type { NonStationaryCoefficients } from "../../ode/index.js";
import type { NamedTensors } from "../../runtime/index.js";
import { item, scalar } from "../../tensor/index.js";

/** Which coefficients of a start move. */
export interface Freedom {
  readonly consistent: boolean;
  readonly freeTimes: boolean;
}

/** Says what stands for a coefficient that moves. */
export type ParameterValue = (name: string, atStart: number) => Operand;

/**
 * Coefficients in which those that move are given by name: `time 1`, `scale 0`, `weight 2 1`. The first evaluation stays at
 * the start of the span. Consistent ones have no scales, and the last weight of each row follows from the times.
 */
export function movedCoefficients(
  { times, rows }: NonStationaryCoefficients,
  { consistent, freeTimes }: Freedom,
  value: ParameterValue,
): NonStationaryCoefficients<Operand> {
  const moved = times.map((time, j) => (freeTimes && j > 0 ? value(`time ${j}`, time) : time));
  return {
    times: moved,
    rows: rows.map(({ from, scale, weights }, i) => {
      const own = (j: number): Operand => value(`weight ${i} ${j}`, weights[j] ?? 0);
      if (!consistent)
        return { from, scale: value(`scale ${i}`, scale), weights: weights.map((_, j) => own(j)) };
      const free = weights.slice(0, -1).map((_, j) => own(j));
      const covered = minus(moved[i + 1] ?? 1, moved[from] ?? 0);
      return { from, scale, weights: [...free, free.reduce(minus, covered)] };
    }),
  };
}

/** The values of the coefficients that move, as float64 scalars: the master copy of a training. */
export function startingParameters(start: NonStationaryCoefficients, freedom: Freedom): NamedTensors {
  const found: NamedTensors = {};
  movedCoefficients(start, freedom, (name, atStart) => {
    Object.assign(found, { [name]: scalar(atStart, "float64") });
    return atStart;
  });
  return found;
}

/** The coefficients at given values, in float64; times beyond the span are at its ends. */
export function coefficientsAt(
  start: NonStationaryCoefficients,
  freedom: Freedom,
  values: NamedTensors,
): NonStationaryCoefficients {
  const moved = movedCoefficients(start, freedom, (name, atStart) => {
    const value = values[name];
    const number = value === undefined ? atStart : item(value);
    return name.startsWith("time") ? Math.min(1, Math.max(0, number)) : number;
  });
  // Made of numbers alone.
  return moved as NonStationaryCoefficients;
}

const minus = (a: Operand, b: Operand): Operand =>
  typeof a === "number" && typeof b === "number"
    ? a - b
    : typeof a === "number"
      ? add(sub(0, b), a)
      : sub(a, b);
