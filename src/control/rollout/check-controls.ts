import { cast, fail, formatShape, isFloat, type Tensor, toFloat64 } from "../../tensor/index.js";
import { firstNonFinite, shortNumber } from "../../tensor/internal.js";
import type { ResolvedProblem } from "../problem/resolve-problem.js";

/** Rounding of a control at its bound, in units of its range. */
const ROUNDING = 1e-6;

/**
 * States that a rollout or a controller starts from, in the field's type.
 * @throws SHAPE_MISMATCH for another shape; NON_FINITE for states that are no numbers.
 */
export function checkedStates(what: string, z: Tensor, { stateSize, dtype }: ResolvedProblem): Tensor {
  requireShape(what, z, z.shape.length === 2 && z.shape[1] === stateSize, ["batch", stateSize]);
  requireFinite(what, z);
  return cast(z, dtype);
}

/**
 * Controls of so many samples, in the field's type.
 * @throws SHAPE_MISMATCH for another shape; NON_FINITE for controls that are no numbers; INVALID_ARGUMENT for one out of bounds.
 */
export function checkedControls(controls: Tensor, samples: number, problem: ResolvedProblem): Tensor {
  const { intervals, controlSize, dtype } = problem;
  const expected = [samples, intervals, controlSize];
  const fits = controls.shape.length === 3 && expected.every((size, axis) => controls.shape[axis] === size);
  requireShape("controls", controls, fits, expected);
  requireFinite("controls", controls);
  requireWithin(controls, problem);
  return cast(controls, dtype);
}

function requireShape(
  what: string,
  { shape, dtype }: Tensor,
  fits: boolean,
  expected: readonly (number | string)[],
): void {
  if (fits && isFloat(dtype) && (shape[0] ?? 0) > 0) return;
  throw fail("SHAPE_MISMATCH", {
    what,
    expected: `numbers ${formatShape(expected)}${what === "controls" ? ": samples, control intervals of the horizon, components" : ""}`,
    received: `${dtype}${formatShape(shape)}`,
  });
}

function requireFinite(what: string, value: Tensor): void {
  const bad = firstNonFinite(value);
  if (bad < 0) return;
  throw fail("NON_FINITE", {
    what,
    expected: "finite numbers",
    received: `${String(value.data[bad])} in sample ${Math.floor(bad / (value.data.length / (value.shape[0] ?? 1)))}`,
  });
}

function requireWithin(controls: Tensor, { bounds, intervals, controlSize }: ResolvedProblem): void {
  const values = toFloat64(controls);
  const bad = values.findIndex((value, i) => {
    const [low = 0, high = 0] = [bounds.low[i % controlSize], bounds.high[i % controlSize]];
    const slack = ROUNDING * (high - low);
    return value < low - slack || value > high + slack;
  });
  if (bad < 0) return;
  const component = bad % controlSize;
  const n = Math.floor(bad / controlSize) % intervals;
  throw fail("INVALID_ARGUMENT", {
    what: `controls: sample ${Math.floor(bad / (controlSize * intervals))}, interval ${n}, component ${component}`,
    expected: `a number from ${bounds.low[component]} to ${bounds.high[component]}, its bounds`,
    received: shortNumber(values[bad] ?? Number.NaN),
    help: "clip controls to the bounds of the problem, or widen these",
  });
}
