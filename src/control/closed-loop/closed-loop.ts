import { add, trace } from "../../graph/index.js";
import { compile, type Program, type RunContext } from "../../runtime/index.js";
import { isStopped, machineOf } from "../../runtime/internal.js";
import {
  type Broken,
  cast,
  isBroken,
  scalar,
  type Tensor,
  toFloat64,
  unlessItBreaks,
} from "../../tensor/index.js";
import { excessOf, largestOf, stageCostOf } from "../problem/costs.js";
import { type ResolvedProblem, resolveProblem, wholeIntervals } from "../problem/resolve-problem.js";
import type { RecedingHorizonController } from "../receding-horizon/receding-horizon.js";
import { checkedStates } from "../rollout/check-controls.js";
import type { RolloutStatistics } from "../rollout/compile-rollout.js";
import type { Plant } from "./plant.js";

/** How long plants are controlled. */
export interface ClosedLoopPlace {
  /** In units of s: a whole number of control intervals. */
  readonly duration: number;
  /** s where it begins. Default 0. */
  readonly start?: number;
}

/** What became of plants under a controller, up to where it ended. */
export interface ClosedLoop {
  /** `broken`: the plant or the planner ran into numbers that are not finite; `interrupted`: by the signal. */
  readonly status: "complete" | "interrupted" | "broken";
  /** Why, where it broke. */
  readonly broken: Broken | undefined;
  /** s at the start and at the end of every interval that was controlled. */
  readonly times: readonly number[];
  /** States at these times, [plants, n] each. */
  readonly states: readonly Tensor[];
  /** What was held in every interval, [plants, m] each. */
  readonly controls: readonly Tensor[];
  /** Σ Δ ℓ on the way of every plant: by the plants' states, not by the model's. */
  readonly cost: Float64Array;
  /** By plant: intervals at whose end a constraint was violated, and the largest max(h, 0). */
  readonly violations: { readonly intervals: Float64Array; readonly largest: Float64Array };
  /** What every decision cost. */
  readonly decisions: readonly RolloutStatistics[];
}

/**
 * Closes the loop: observe, decide, hold the control for an interval, again. Plants stand side by side in one batch. A plant or
 * a planner that breaks, or a signal, ends it with what there is until then.
 * @param z0 [plants, n].
 * @throws INVALID_ARGUMENT for a duration that is no whole number of control intervals; SHAPE_MISMATCH for other states.
 */
export async function runClosedLoop(
  controller: RecedingHorizonController,
  plant: Plant,
  z0: Tensor,
  { duration, start = 0 }: ClosedLoopPlace,
  context: RunContext = {},
): Promise<ClosedLoop> {
  const problem = resolveProblem(controller.problem);
  const count = wholeIntervals("duration", duration, problem.controlRate);
  const first = checkedStates("closed loop: z0", z0, problem);
  const judge = await compileJudge(problem, context);
  const record = startRecord(first, start);
  controller.reset();
  try {
    for (let n = 0; n < count; n++) {
      if (isStopped(context)) return { ...record, status: "interrupted", broken: undefined };
      const s = start + n * problem.interval;
      const step = await unlessItBreaks(
        oneInterval(controller, plant, record.states.at(-1) ?? first, s, problem),
      );
      if (isBroken(step)) return { ...record, status: "broken", broken: step };
      await judge.add(record, step, s);
      record.states.push(step.next);
      record.controls.push(step.u);
      record.decisions.push(step.statistics);
      record.times.push(start + (n + 1) * problem.interval);
      context.onProgress?.({ stage: CONTROLLING, done: n + 1, total: count });
    }
    return { ...record, status: "complete", broken: undefined };
  } finally {
    await judge.dispose();
  }
}

/** What progress calls it. */
const CONTROLLING = "controlling";

interface Interval {
  readonly z: Tensor;
  readonly u: Tensor;
  readonly next: Tensor;
  readonly statistics: RolloutStatistics;
}

async function oneInterval(
  controller: RecedingHorizonController,
  plant: Plant,
  z: Tensor,
  s: number,
  problem: ResolvedProblem,
): Promise<Interval> {
  const { u, statistics } = await controller.control(z, s);
  const next = checkedStates("plant", await plant.advance(z, u, s, problem.interval), problem);
  return { z, u, next, statistics };
}

type Record = { -readonly [K in "cost" | "violations"]: ClosedLoop[K] } & {
  readonly times: number[];
  readonly states: Tensor[];
  readonly controls: Tensor[];
  readonly decisions: RolloutStatistics[];
};

function startRecord(z0: Tensor, start: number): Record {
  const zeros = (): Float64Array => new Float64Array(z0.shape[0] ?? 0);
  return {
    ...{ times: [start], states: [z0], controls: [], decisions: [], cost: zeros() },
    violations: { intervals: zeros(), largest: zeros() },
  };
}

/** Tells what an interval was worth. */
interface Judge {
  add(record: Record, interval: Interval, s: number): Promise<void>;
  dispose(): Promise<void>;
}

async function compileJudge(problem: ResolvedProblem, context: RunContext): Promise<Judge> {
  const program = await compile(judgeGraph(problem), { hot: true, ...machineOf(context) });
  const { interval, dtype } = problem;
  return {
    add: async ({ cost, violations }, { z, u, next }, s) => {
      const outputs = await program.run({ z, u: cast(u, dtype), next, s: scalar(s, dtype) });
      const [stage, excess] = [outputs.stage, outputs.excess].map((value) => toFloat64(value as Tensor));
      for (const plant of cost.keys()) {
        cost[plant] = (cost[plant] ?? 0) + interval * (stage?.[plant] ?? 0);
        const own = excess?.[plant] ?? 0;
        const { intervals, largest } = violations;
        if (own > 0) intervals[plant] = (intervals[plant] ?? 0) + 1;
        largest[plant] = Math.max(largest[plant] ?? 0, own);
      }
    },
    dispose: () => program.dispose(),
  };
}

function judgeGraph(problem: ResolvedProblem): Program["graph"] {
  const { stateSize, controlSize, dtype, interval } = problem;
  const state = { shape: ["batch", stateSize] as const, dtype };
  const specs = {
    z: state,
    next: state,
    u: { shape: ["batch", controlSize] as const, dtype },
    s: { shape: [], dtype },
  };
  return trace(specs, ({ z, next, u, s }) => {
    const excesses = excessOf(problem, next, add(s, interval));
    return { stage: stageCostOf(problem, z, u, s), excess: largestOf(excesses, next) };
  });
}
