import { add, type Node } from "../../graph/index.js";
import { correctionOf } from "../../hypersolver/internal.js";
import type { FixedMethod, Method } from "../../ode/index.js";
import { planMesh, resolveMethod, stepsOf } from "../../ode/internal.js";
import { fail } from "../../tensor/index.js";
import { shortNumber } from "../../tensor/internal.js";
import type { ResolvedProblem } from "../problem/resolve-problem.js";

/** A method bound to a problem: what leads through one control interval. */
export interface IntervalMethod {
  readonly method: FixedMethod;
  /** Evaluations of f in the whole horizon, with what else it costs. */
  readonly cost: { readonly nfe: number; readonly gCalls: number; readonly macs: number };
  through(z: Node, u: Node, s: Node): Node;
}

/**
 * A method of fixed steps within one control interval.
 * @throws INVALID_ARGUMENT for step control; CARD_MISMATCH for a correction that was fitted to other steps than this control rate
 *   asks of it.
 */
export function intervalMethod(problem: ResolvedProblem, given: Method | string): IntervalMethod {
  const method = resolveMethod(given);
  if (method.kind === "adaptive")
    throw fail("INVALID_ARGUMENT", {
      what: "rollout: method",
      expected: "fixed steps, so many a control interval, such as rk4:1",
      received: method.text,
    });
  const { field, control, interval, intervals } = problem;
  const { mesh } = planMesh(method.grid, { span: [0, interval] });
  checkFittedSteps(method, mesh, problem);
  const scheme = method.scheme(field);
  const { nfe, gCalls, macs } = scheme.cost(mesh.length - 1);
  const steps = stepsOf(mesh);
  return {
    method,
    cost: { nfe: nfe * intervals, gCalls: gCalls * intervals, macs: macs * intervals },
    through: (z, u, s) => {
      const records = scheme.solve({
        steps: steps.map(({ s: offset, dt }) => ({ s: add(s, offset), dt })),
        z0: z,
        controls: { [control]: u },
      });
      return records.at(-1)?.z1 ?? z;
    },
  };
}

/** Rounding of a step size, relative. */
const SAME_STEP = 1e-6;

/** A correction knows the truncation errors of the steps that it was fitted to, and no others. */
function checkFittedSteps(
  method: FixedMethod,
  mesh: readonly number[],
  { controlRate }: ResolvedProblem,
): void {
  const correction = correctionOf(method);
  const range = correction?.fittedSteps ?? correction?.card?.epsilon;
  if (range === undefined) return;
  const [low, high] = range.map(Math.abs).sort((a, b) => a - b) as [number, number];
  const other = stepsOf(mesh).find(
    ({ dt }) => Math.abs(dt) < low * (1 - SAME_STEP) || Math.abs(dt) > high * (1 + SAME_STEP),
  );
  if (other === undefined) return;
  throw fail("CARD_MISMATCH", {
    what: `control rate ${shortNumber(controlRate)}, with ${method.text} in each interval`,
    expected: `steps of ${low === high ? shortNumber(low) : `${shortNumber(low)} to ${shortNumber(high)}`}, which the correction was fitted to`,
    received: `a step of ${shortNumber(other.dt)}`,
    help: "control at the rate of the fit, take other steps an interval, or fit a correction for this rate",
  });
}
