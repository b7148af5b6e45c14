import type { Method } from "../../ode/index.js";
import { resolveMethod } from "../../ode/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { clockOf, machineOf } from "../../runtime/internal.js";
import { completeSpec } from "../../spec/index.js";
import { fail, Random, reshaped, rows, type Tensor } from "../../tensor/index.js";
import { pickRows } from "../../tensor/internal.js";
import type { ControlProblem } from "../problem/control-problem.js";
import { type ResolvedProblem, resolveProblem } from "../problem/resolve-problem.js";
import { checkedStates } from "../rollout/check-controls.js";
import type { RolloutStatistics } from "../rollout/compile-rollout.js";
import { intervalMethod } from "../rollout/interval-method.js";
import { bestRows, firstPlans, nextPlans } from "./first-plans.js";
import { compilePlanner } from "./planner.js";
import {
  type EffectiveRecedingHorizon,
  type RecedingHorizonSpec,
  recedingHorizonTable,
} from "./receding-horizon-table.js";

/** What a controller decides for every plant. */
export interface ControlDecision {
  /** To be held for one control interval, [plants, m], within the bounds. */
  readonly u: Tensor;
  /** The whole plan, whose first control that is: [plants, intervals, m]. */
  readonly plan: Tensor;
  /** What the model expects of it, with what violations add: [plants]. */
  readonly objective: Tensor;
  /** Of the whole plan. Evaluations count those of the rollouts forward, of one candidate. */
  readonly statistics: RolloutStatistics;
}

/** A controller that plans over the horizon again at every control interval and uses the first control of its plan. */
export interface RecedingHorizonController {
  readonly problem: ControlProblem;
  /** Its inner model's way to solve: one interval by this method. */
  readonly method: Method;
  readonly spec: EffectiveRecedingHorizon;
  /**
   * Decides from what is observed. Begins with the plans before, so call it once an interval, with the same plants in order.
   * @param z [plants, n]. @param s of now. Default 0.
   * @throws SHAPE_MISMATCH for other states, or another number of plants than before; NON_FINITE for states that are no numbers,
   *   or where no plan has a finite objective.
   */
  control(z: Tensor, s?: number): Promise<ControlDecision>;
  /** Forgets the plans before. */
  reset(): void;
  dispose(): Promise<void>;
}

/**
 * Prepares a receding-horizon controller (model predictive control): direct single shooting by gradients through rollouts of
 * the model, from several beginnings in one batch.
 * @param method how the model is solved within a control interval, such as `rk4:1` or `hyper(correction, { steps: 1 })`.
 * @param spec how it plans: `recedingHorizonTable` has the options.
 * @throws as `compileRollout`; INVALID_ARGUMENT for a spec that makes no sense.
 */
export async function compileRecedingHorizon(
  given: ControlProblem,
  method: Method | string,
  spec: RecedingHorizonSpec = {},
  context: RunContext = {},
): Promise<RecedingHorizonController> {
  const problem = resolveProblem(given);
  const complete = completeSpec(recedingHorizonTable, spec);
  const solved = intervalMethod(problem, method);
  const { iterations, firstIterations, learningRate, candidates, spread, seed } = complete;
  const planner = await compilePlanner(problem, solved, machineOf(context));
  const clock = clockOf(context);
  let random = new Random(seed).fork("plans");
  let plans: Tensor | undefined;
  return {
    problem: given,
    method: resolveMethod(method),
    spec: complete,
    control: async (z, s = 0) => {
      const started = clock();
      const states = checkedStates("controller: states", z, problem);
      const [plants = 0] = states.shape;
      checkPlants(plants, plans);
      const begun = { plants, candidates, random };
      const first =
        plans === undefined ? firstPlans(problem, begun) : nextPlans(problem, plans, { ...begun, spread });
      const effort = { iterations: plans === undefined ? firstIterations : iterations, learningRate };
      const planned = await planner.plan(repeatedRows(states, candidates), first, s, effort);
      const best = bestRows(planned.objective, candidates);
      plans = pickRows(planned.controls, best);
      const { nfe, gCalls, macs } = solved.cost;
      const times = effort.iterations;
      return {
        u: firstControls(plans, problem),
        plan: plans,
        objective: pickRows(planned.objective, best),
        statistics: {
          ...{ nfe: nfe * times, gCalls: gCalls * times, macs: macs * times },
          milliseconds: clock() - started,
        },
      };
    },
    reset: () => {
      plans = undefined;
      random = new Random(seed).fork("plans");
    },
    dispose: () => planner.dispose(),
  };
}

function checkPlants(plants: number, plans: Tensor | undefined): void {
  const before = plans?.shape[0] ?? plants;
  if (before === plants) return;
  throw fail("SHAPE_MISMATCH", {
    what: "controller: states",
    expected: `${before} plants, as in the interval before`,
    received: `${plants}`,
    help: "call reset() before other plants are controlled",
  });
}

const repeatedRows = (states: Tensor, times: number): Tensor =>
  pickRows(
    states,
    Array.from({ length: (states.shape[0] ?? 0) * times }, (_, row) => Math.floor(row / times)),
  );

function firstControls(plans: Tensor, { intervals, controlSize }: ResolvedProblem): Tensor {
  const [plants = 0] = plans.shape;
  const each = reshaped(plans, [plants * intervals, controlSize]);
  if (intervals === 1) return rows(each, 0, plants);
  return pickRows(
    each,
    Array.from({ length: plants }, (_, plant) => plant * intervals),
  );
}
