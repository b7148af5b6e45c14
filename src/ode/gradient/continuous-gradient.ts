import type { NamedTensors } from "../../runtime/index.js";
import { cast, type Tensor, zeros } from "../../tensor/index.js";
import { compileSolve } from "../compiled/compile-solve.js";
import type { Field } from "../field/field.js";
import { resolveMethod } from "../methods/method-of.js";
import { orThrow, SolutionRecorder } from "../problem/solution.js";
import { adjointField, adjointParts, adjointStart, differentiated } from "./adjoint-field.js";
import { type AdjointSolver, type AdjointState, adaptiveAdjoint, fixedAdjoint } from "./adjoint-solver.js";
import { plus } from "./cotangents.js";
import type { DifferentiableSolve, PulledBack, SolvedForward } from "./differentiable-solve.js";
import { type ContinuousAdjoint, type GradientOptions, planBackward } from "./gradient-options.js";
import { integrateSegments } from "./segments.js";

/**
 * A solve with the adjoint equation for its way back (optimise, then discretise): see `adjointField`. Only the states at
 * requested times are kept. Backwards the equation is solved from requested time to requested time; at each, z starts
 * anew from the state of the forward solve, and the cotangent of that state joins the adjoint. Every attempted step is
 * one program run. The gradient is not the exact one of the discrete solve: it differs by errors of both solves.
 * @param field with open parameters.
 * @param parameters names of the parameters among its controls.
 * @throws INVALID_ARGUMENT when options are unusable or contradict each other.
 */
export async function compileContinuousGradient(
  field: Field,
  parameters: readonly string[],
  options: GradientOptions,
  adjoint: ContinuousAdjoint,
): Promise<DifferentiableSolve> {
  const method = resolveMethod(options.method);
  const plan = planBackward(method, adjoint, options);
  const { adjoint: _, ...solve } = options;
  const forward = await compileSolve(field, { ...solve, method });
  const equation = adjointField(field);
  const seen = differentiated(field).filter(
    (name) => adjoint.norm !== "seminorm" && parameters.includes(name),
  );
  const backward =
    plan.kind === "fixed"
      ? await fixedAdjoint(equation, plan, options)
      : await adaptiveAdjoint(equation, plan, seen, options);
  const maxSteps = plan.kind === "fixed" ? undefined : plan.method.maxSteps;
  return {
    run: async (z0, controls) => {
      const solution = await forward.run(z0, controls);
      const { states } = solution;
      const given = { field, times: plan.times, states, controls, maxSteps };
      const pullBack: SolvedForward["pullBack"] = (cotangents) =>
        solveBack(backward, { ...given, cotangents });
      return { solution, pullBack };
    },
    dispose: async () => {
      await forward.dispose();
      await backward.dispose();
    },
  };
}

interface WayBack {
  readonly field: Field;
  /** Requested times, the last first. */
  readonly times: readonly number[];
  /** States at the requested times, the first first; cotangents alike. */
  readonly states: readonly Tensor[];
  readonly cotangents: readonly (Tensor | undefined)[];
  readonly controls: NamedTensors;
  readonly maxSteps: number | undefined;
}

async function solveBack(
  backward: AdjointSolver,
  { field, times, states, cotangents, controls, maxSteps }: WayBack,
): Promise<PulledBack> {
  const { state, adjoint, sum } = adjointParts;
  const end = states.at(-1) as Tensor;
  const start = adjointStart(field, end, plus(zeros(end.shape, end.dtype), cotangents.at(-1)), controls);
  const solution = await integrateSegments<AdjointState>(new SolutionRecorder(times, start), start, {
    times,
    maxSteps,
    advance: backward.with(controls),
    arrive: (y, i) => {
      const arrived = states.length - 1 - i;
      const a = plus(y[adjoint] as Tensor, cotangents[arrived]);
      return { ...y, [state]: states[arrived] as Tensor, [adjoint]: a };
    },
  });
  const { lastGood, statistics } = orThrow(solution, "solve of the adjoint equation, backwards");
  const gradients = differentiated(field).map((name) => {
    const dtype = field.graph.inputs[name]?.dtype ?? end.dtype;
    return [name, cast(lastGood.y[sum(name)] as Tensor, dtype)];
  });
  return { z0: lastGood.y[adjoint] as Tensor, sums: Object.fromEntries(gradients), statistics };
}
