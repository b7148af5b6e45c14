import { host } from "#host";
import {
  type ClosedLoop,
  compileRecedingHorizon,
  fieldPlant,
  type Plant,
  runClosedLoop,
} from "../../control/index.js";
import { boxStates } from "../../hypersolver/index.js";
import type { Field, FixedMethod } from "../../ode/index.js";
import type { Role } from "../../plot/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { type Broken, fail, isBroken, Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import type { ControlSpec } from "./control-spec.js";
import type { ControlTask } from "./control-task.js";

/** A controller's inner model: a field, and how it is solved within a control interval. */
export interface InnerModel {
  readonly name: string;
  readonly role: Role;
  readonly field: Field;
  readonly method: FixedMethod;
}

/** What a controller was worth. */
export interface LoopScores {
  /** Σ Δ ℓ of every plant. */
  readonly costs: readonly number[];
  /** Share of intervals at whose end a constraint was violated, and the largest violation. */
  readonly violated: number;
  readonly largestViolation: number;
  /** Evaluations of f by the rollouts of a plan. */
  readonly nfe: number;
  /** Processor time of the fastest decision, for all plants. */
  readonly milliseconds: number;
  /** The first plants in the plane of the task: [points][plant] = [x, y]. */
  readonly paths: readonly (readonly (readonly [number, number])[])[];
}

/** A controller in closed loop. */
export interface LoopRow {
  readonly task: string;
  readonly inner: string;
  readonly role: Role;
  readonly scores: LoopScores | Broken;
}

/** Plants whose paths are kept for pictures. */
const DRAWN = 6;

/** Closes the loop once for every inner model, from the same starts. @throws INTERRUPTED at a signal. */
export async function closedLoops(
  task: ControlTask,
  plantField: Field,
  models: readonly InnerModel[],
  how: { readonly spec: ControlSpec; readonly seed: number },
  context: RunContext,
): Promise<LoopRow[]> {
  const { z0 } = boxStates(task.starts).heldOut(how.spec.plants, new Random(how.seed).fork("starts"));
  const plant = await fieldPlant(plantField, undefined, context);
  const rows: LoopRow[] = [];
  try {
    for (const [done, { name, role, ...model }] of models.entries()) {
      context.onProgress?.({ stage: `controlling: ${task.name}`, done, total: models.length, detail: name });
      const scores = await scoresOf(task, { plant, z0, ...model }, how, context);
      rows.push({ task: task.name, inner: name, role, scores });
    }
  } finally {
    await plant.dispose();
  }
  return rows;
}

interface LoopOf {
  readonly plant: Plant;
  readonly z0: Tensor;
  readonly field: Field;
  readonly method: FixedMethod;
}

async function scoresOf(
  { problem, planning, plane }: ControlTask,
  { plant, z0, field, method }: LoopOf,
  { spec: { decisions }, seed }: { readonly spec: ControlSpec; readonly seed: number },
  context: RunContext,
): Promise<LoopScores | Broken> {
  const { onProgress: _, ...own } = context;
  const quiet: RunContext = { ...own, clock: host.processorTime };
  const controller = await compileRecedingHorizon(
    { field, ...problem },
    method,
    { ...planning, seed },
    quiet,
  );
  try {
    const loop = await runClosedLoop(
      controller,
      plant,
      z0,
      { duration: decisions / problem.controlRate },
      quiet,
    );
    if (loop.status === "interrupted")
      throw fail("INTERRUPTED", { what: "closed loop", received: "a stop before its end" });
    if (loop.broken !== undefined) return loop.broken;
    return scored(loop, plane);
  } finally {
    await controller.dispose();
  }
}

function scored(loop: ClosedLoop, plane: ControlTask["plane"]): LoopScores {
  const { cost, violations, decisions, states } = loop;
  const later = decisions.length > 1 ? decisions.slice(1) : decisions;
  return {
    costs: [...cost],
    violated: violations.intervals.reduce((total, own) => total + own, 0) / (cost.length * decisions.length),
    largestViolation: Math.max(...violations.largest),
    nfe: later[0]?.nfe ?? 0,
    milliseconds: Math.min(...later.map(({ milliseconds }) => milliseconds)),
    paths: states.map((state) => {
      const [, width = 1] = state.shape;
      const values = toFloat64(state);
      const drawn = Math.min(DRAWN, cost.length);
      return Array.from(
        { length: drawn },
        (_, i) => [values[i * width + plane[0]] ?? 0, values[i * width + plane[1]] ?? 0] as const,
      );
    }),
  };
}

/** Mean over plants. */
export const meanCost = ({ costs }: LoopScores): number =>
  costs.reduce((total, cost) => total + cost, 0) / costs.length;

/** The scores of an inner model that did not break. */
export function loopOf(rows: readonly LoopRow[], task: string, inner: string): LoopScores | undefined {
  const scores = rows.find((row) => row.task === task && row.inner === inner)?.scores;
  return scores === undefined || isBroken(scores) ? undefined : scores;
}
