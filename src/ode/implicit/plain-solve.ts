import { fail } from "../../tensor/index.js";
import type { ImplicitMethod } from "../methods/method.js";
import { checkedField, type PlainField } from "../plain/plain-field.js";
import { refuseColumns } from "../plain/refuse-columns.js";
import { planMesh, requestedTimes } from "../problem/grid.js";
import { spanOf } from "../problem/mesh.js";
import type { Solution } from "../problem/solution.js";
import type { SolveRequest } from "../problem/solve-request.js";
import { integrateAdaptive } from "../step-control/adaptive.js";
import { DEFAULT_TOLERANCES } from "../step-control/step-control.js";
import { differencedField, type PlainJacobian } from "./finite-differences.js";
import { integrateMesh } from "./fixed-steps.js";
import { rosenbrockStepper } from "./rosenbrock-stepper.js";

/** What is asked beside the method. */
interface ImplicitRequest extends Omit<SolveRequest<Float64Array>, "method"> {
  readonly jacobian?: PlainJacobian | undefined;
}

/** Solves a JavaScript field by a Rosenbrock method; the whole state is one sample, its Jacobian full. */
export async function solveImplicit(
  field: PlainField,
  start: Float64Array,
  method: ImplicitMethod,
  { jacobian, signal, onStep, ...place }: ImplicitRequest,
): Promise<Solution<Float64Array>> {
  const width = start.length;
  const exact = jacobian && checkedJacobian(jacobian, width);
  if (method.kind === "fixed") {
    const plan = planMesh(method.grid, place);
    const span = spanOf(plan.times);
    const linearized = differencedField(checkedField(field, span), {
      width,
      span,
      tolerances: DEFAULT_TOLERANCES,
      exact,
    });
    const stepper = rosenbrockStepper(method.rosenbrock, linearized, DEFAULT_TOLERANCES);
    return integrateMesh(stepper, start, plan, { signal, onStep });
  }
  refuseColumns(method);
  const times = requestedTimes(place);
  const span = spanOf(times);
  const checked = checkedField(field, method.lastStep === "overshoot" ? undefined : span);
  const stepper = rosenbrockStepper(
    method.rosenbrock,
    differencedField(checked, { width, span, tolerances: method, exact }),
    method,
  );
  return integrateAdaptive(stepper, start, { ...method, times, signal, onStep });
}

/** @throws (on calls) SHAPE_MISMATCH for other than d × d numbers. */
function checkedJacobian(
  jacobian: PlainJacobian,
  width: number,
): (s: number, y: Float64Array) => Float64Array {
  return (s, y) => {
    const given = jacobian(s, y);
    const rows = Array.from(given as ArrayLike<number | ArrayLike<number>>);
    const flat = Float64Array.from(
      rows.flatMap((row) => (typeof row === "number" ? [row] : Array.from(row))),
    );
    if (flat.length === width * width) return flat;
    throw fail("SHAPE_MISMATCH", {
      what: "jacobian",
      expected: `${width} rows of ${width} numbers`,
      received: `${flat.length} numbers`,
    });
  };
}
