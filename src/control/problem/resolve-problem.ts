import type { Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { most } from "../../spec/internal.js";
import { type FloatDType, fail, formatShape } from "../../tensor/index.js";
import { shortNumber } from "../../tensor/internal.js";
import type { ControlBounds, ControlProblem } from "./control-problem.js";

/** A problem that was checked, with what follows from it. */
export interface ResolvedProblem extends ControlProblem {
  /** The name of the control among the inputs of the field. */
  readonly control: string;
  /** Components of state and control. */
  readonly stateSize: number;
  readonly controlSize: number;
  /** The length Δ of a control interval, and how many a plan has. */
  readonly interval: number;
  readonly intervals: number;
  readonly dtype: FloatDType;
  readonly penalty: number;
}

/**
 * Checks a problem before anything is compiled.
 * @throws UNSUPPORTED_FIELD unless the field has vector states and one control; INVALID_ARGUMENT for a rate, horizon, bounds or
 *   penalty that make no sense.
 */
export function resolveProblem(problem: ControlProblem): ResolvedProblem {
  const { field, bounds, controlRate, horizon, penalty = 100 } = problem;
  const { control, controlSize } = controlOf(field);
  const { shape, dtype } = stateType(field);
  check(
    "control rate",
    controlRate,
    "a finite number above 0",
    Number.isFinite(controlRate) && controlRate > 0,
  );
  check("penalty", penalty, "a finite number of 0 or more", Number.isFinite(penalty) && penalty >= 0);
  checkBounds(bounds, controlSize);
  return {
    ...problem,
    ...{ control, controlSize, penalty },
    stateSize: Number(shape[1]),
    dtype: dtype as FloatDType,
    interval: 1 / controlRate,
    intervals: wholeIntervals("horizon", horizon, controlRate),
  };
}

/** Rounding of a number of intervals. */
const WHOLE = 1e-6;

/**
 * How many control intervals a time has.
 * @throws INVALID_ARGUMENT unless that is a whole number of at least one.
 */
export function wholeIntervals(what: string, time: number, controlRate: number): number {
  const exact = time * controlRate;
  const count = Math.round(exact);
  if (count >= 1 && count <= most.steps && Math.abs(exact - count) <= WHOLE * count) return count;
  throw fail("INVALID_ARGUMENT", {
    what,
    expected: `a whole number of control intervals of ${shortNumber(1 / controlRate)}, at least one`,
    received: `${shortNumber(time)}, which is ${shortNumber(exact)} of them at the control rate ${shortNumber(controlRate)}`,
    help: `take ${shortNumber(Math.max(1, count) / controlRate)}, or another control rate`,
  });
}

/** The one control of a field and its components. */
function controlOf(field: Field): Pick<ResolvedProblem, "control" | "controlSize"> {
  const { graph, roles } = field;
  const { shape, dtype } = stateType(field);
  const [control, second] = roles.controls;
  const given = control === undefined ? undefined : graph.inputs[control];
  const fits =
    shape.length === 2 &&
    control !== undefined &&
    second === undefined &&
    given?.shape.length === 2 &&
    given.shape[0] === "batch" &&
    given.dtype === dtype;
  if (fits) return { control, controlSize: Number(given.shape[1]) };
  const inputs = roles.controls.map((name) => {
    const { shape: own = [], dtype: type } = graph.inputs[name] ?? {};
    return `${name} ${type}${formatShape(own)}`;
  });
  throw fail("UNSUPPORTED_FIELD", {
    what: "control problem: its field",
    expected: `a state [batch, n] and one control ${dtype}[batch, m]`,
    received: `a state ${formatShape(shape)} and ${inputs.join(", ") || "no control"}`,
    help: "fix controls that nobody chooses: fieldOfModel(model, map, { fixed: { name: value } })",
  });
}

function checkBounds({ low, high }: ControlBounds, size: number): void {
  for (const [name, values] of Object.entries({ low, high }))
    if (values.length !== size || !values.every(Number.isFinite))
      throw fail("INVALID_ARGUMENT", {
        what: `bounds: ${name}`,
        expected: `${size} finite ${size === 1 ? "number" : "numbers"}, one a component of the control`,
        received: values.join(", ") || "none",
      });
  low.forEach((least, i) => {
    const largest = high[i] ?? least;
    check(`bounds of component ${i}`, `${least}, ${largest}`, "low < high", least < largest);
  });
}

function check(what: string, value: number | string, expected: string, holds: boolean): void {
  if (!holds) throw fail("INVALID_ARGUMENT", { what, expected, received: String(value) });
}
