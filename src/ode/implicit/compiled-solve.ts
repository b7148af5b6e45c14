import { type FloatDType, fromNumbers, type Tensor, toFloat64 } from "../../tensor/index.js";
import { checkControlled, prepared, runtimeOptions } from "../compiled/compiled-options.js";
import type { CompiledSolve, CompiledSolveOptions, FieldSolution } from "../compiled/compiled-solve.js";
import { type Field, stateType } from "../field/field.js";
import type { ImplicitMethod, RosenbrockMethod } from "../methods/method.js";
import type { RosenbrockTableau } from "../methods/rosenbrock/tableau.js";
import { rmsNorm, type Tolerance } from "../plain/plain-stepper.js";
import { planMesh, requestedTimes } from "../problem/grid.js";
import { type Span, spanOf } from "../problem/mesh.js";
import type { Solution } from "../problem/solution.js";
import { integrateAdaptive } from "../step-control/adaptive.js";
import { DEFAULT_TOLERANCES } from "../step-control/step-control.js";
import { withToleranceFloor } from "../step-control/tolerance-floor.js";
import { type CompiledLinearization, compileLinearization } from "./compiled-linearization.js";
import { integrateMesh } from "./fixed-steps.js";
import { rosenbrockStepper } from "./rosenbrock-stepper.js";

/**
 * A solve by a Rosenbrock method: f and its Jacobian come from programs, in the field's type; states and linear systems are
 * kept in float64 on the host. All samples share their steps, each has its own matrix.
 * @throws INVALID_ARGUMENT for states of more than 64 numbers a sample, or a place that makes no sense.
 */
export async function compileImplicit(
  field: Field,
  method: ImplicitMethod,
  options: CompiledSolveOptions,
): Promise<CompiledSolve> {
  const { rosenbrock: tableau } = method;
  if (method.kind === "adaptive") checkControlled(field, method);
  const plan = method.kind === "fixed" ? planMesh(method.grid, options) : undefined;
  const times = plan?.times ?? requestedTimes(options);
  const span: Span | undefined =
    method.kind === "adaptive" && method.lastStep === "overshoot" ? undefined : spanOf(times);
  const programs = await compileLinearization(field, method.text, runtimeOptions(options));
  const dtype = stateType(field).dtype as FloatDType;
  return {
    run: async (z0, controls = {}) => {
      const start = prepared(field, z0);
      const { shape } = start;
      const tensor = (y: Float64Array): Tensor => fromNumbers(y, shape, dtype);
      const tolerance = method.kind === "adaptive" ? toleranceOf(method, shape) : DEFAULT_TOLERANCES;
      const stepper = rosenbrockStepper(tableau, programs.with(controls, shape, span), tolerance, dtype);
      const { signal, onStep } = options;
      const seen = onStep && ((event: Parameters<SeenStep>[0]) => onStep({ ...event, y: tensor(event.y) }));
      const y0 = toFloat64(start);
      const solution = withTensors(
        plan === undefined
          ? await integrateAdaptive(stepper, y0, { ...method, times, signal, onStep: seen })
          : await integrateMesh(stepper, y0, plan, { signal, onStep: seen }),
        tensor,
        (statistics) => macsOf(statistics, programs, tableau),
      );
      return method.kind === "adaptive" ? withToleranceFloor(solution, method) : solution;
    },
    dispose: () => programs.dispose(),
  };
}

type SeenStep = NonNullable<Parameters<typeof integrateMesh<Float64Array>>[3]["onStep"]>;

/** Error control that sees the first columns alone, where it is to. */
function toleranceOf(
  { rtol, atol, toleranceColumns }: RosenbrockMethod,
  shape: readonly number[],
): Tolerance {
  const width = shape.at(-1) ?? 1;
  if (toleranceColumns === undefined || toleranceColumns >= width) return { rtol, atol };
  return { rtol, atol, norm: (x) => rmsNorm(x.filter((_, i) => i % width < toleranceColumns)) };
}

function withTensors(
  solution: Solution<Float64Array>,
  tensor: (y: Float64Array) => Tensor,
  macs: (statistics: Solution<Float64Array>["statistics"]) => number,
): FieldSolution {
  const { states, lastGood, statistics } = solution;
  return {
    ...solution,
    states: states.map(tensor),
    lastGood: { ...lastGood, y: tensor(lastGood.y) },
    statistics: { ...statistics, gCalls: 0, macs: macs(statistics) },
  };
}

/** A sample's share: evaluations, products with the Jacobian, and the linear systems. */
function macsOf(
  { nfe, jacobians = 0, acceptedSteps, rejectedSteps }: Solution<unknown>["statistics"],
  { macs, products, width }: CompiledLinearization,
  { a }: RosenbrockTableau,
): number {
  const systems = Math.round(width ** 3 / 3) + a.length * width ** 2;
  return (
    macs.evaluation * (nfe - products * jacobians) +
    macs.linearization * jacobians +
    systems * (acceptedSteps + rejectedSteps)
  );
}
