import type { Operand } from "../../graph/index.js";
import type { NonStationaryCoefficients } from "../../ode/index.js";
import type { NamedTensors } from "../../runtime/index.js";
import { item, scalar } from "../../tensor/index.js";
import { inSpan, minus, plus } from "./operands.js";
import { bespokeAt, bezierAt, scaleTimeCoefficients } from "./scale-time.js";

/** Which coefficients of a start move. */
export interface Freedom {
  /** No scales, and the weights of every row add up to the time that it covers. */
  readonly consistent: boolean;
  readonly freeTimes: boolean;
  /** What the coefficients are a function of. Default `free`: themselves. */
  readonly family?: CoefficientFamily | undefined;
}

/** Every coefficient on its own, or a transformation of time and scale, at every evaluation or along Bézier curves. */
export type CoefficientFamily = "free" | "scale-time" | "bezier";

/** How far a coefficient is from its start, by name. */
export type Deviation = (name: string) => Operand;

/**
 * Coefficients as they are when those that may move have moved: `time 1`, `scale 0`, `weight 2 1`, `sum 2`. The last weight
 * of a row is what its sum leaves: the sum decides how far a state goes, the others only how f is averaged on the way, and
 * a training that moves them apart learns in a third of the iterations. For the same reason a time that moves takes its
 * state along: the sums of consistent rows follow. The first evaluation stays at the start of the span. Other families have names of their own.
 */
export function movedCoefficients(
  start: NonStationaryCoefficients,
  { consistent, freeTimes, family = "free" }: Freedom,
  deviation: Deviation,
): NonStationaryCoefficients<Operand> {
  const { times, rows } = start;
  if (family !== "free") {
    const at = family === "bezier" ? bezierAt : bespokeAt;
    return scaleTimeCoefficients(start, at(times, freeTimes, deviation));
  }
  const moved = times.map((time, j) =>
    freeTimes && j > 0 ? inSpan(plus(time, deviation(`time ${j}`))) : time,
  );
  const shift = (j: number): Operand => minus(moved[j] ?? 1, times[j] ?? 1);
  return {
    times: moved,
    rows: rows.map(({ from, scale, weights }, i) => {
      const changes = weights.slice(0, -1).map((_, j) => deviation(`weight ${i} ${j}`));
      const covered = minus(shift(i + 1), shift(from));
      const sum = consistent ? covered : plus(covered, deviation(`sum ${i}`));
      const all = [...changes, changes.reduce(minus, sum)];
      return {
        from,
        scale: consistent ? scale : plus(scale, deviation(`scale ${i}`)),
        weights: weights.map((weight, j) => plus(weight, all[j] ?? 0)),
      };
    }),
  };
}

/** Deviations of nothing, as float64 scalars: the master copy that a training begins with. */
export function startingDeviations(start: NonStationaryCoefficients, freedom: Freedom): NamedTensors {
  const names: string[] = [];
  movedCoefficients(start, freedom, (name) => {
    names.push(name);
    return 0;
  });
  return Object.fromEntries(names.map((name) => [name, scalar(0, "float64")]));
}

/** The coefficients at given deviations, in float64; without any, the start exactly. */
export function coefficientsAt(
  start: NonStationaryCoefficients,
  freedom: Freedom,
  deviations: NamedTensors,
): NonStationaryCoefficients {
  const moved = movedCoefficients(start, freedom, (name) => {
    const value = deviations[name];
    return value === undefined ? 0 : item(value);
  });
  // Of numbers alone the operands are numbers.
  return moved as NonStationaryCoefficients;
}
