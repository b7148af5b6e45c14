import {
  compileFollower,
  compileObserver,
  type Follower,
  type Observation,
  type Observer,
} from "../../hypersolver/index.js";
import type { Method } from "../../ode/index.js";
import { adam } from "../../optim/index.js";
import type { Trainer, TrainerStep } from "../../optim/internal.js";
import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { clockOf, type MachineOptions, machineOf } from "../../runtime/internal.js";
import { isBroken, rows, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import { prefixed, withPrefix } from "../../tensor/internal.js";
import { compileOutsideGradient } from "../outside-gradient.js";
import type { CompleteJoint } from "./joint-table.js";
import { compileSolvedTask } from "./solved-gradient.js";
import { type SolvedTask, taskParameters } from "./solved-task.js";
import { SolverSwitch } from "./solver-switch.js";
import { among, compileStart, controlsAmong, type GradientSource } from "./task-gradient.js";
import { compileFixedTask, compileHyperTask } from "./unrolled-gradient.js";

/** What a joint training works by, every choice made. */
export interface JointPlan extends Omit<CompleteJoint, "solver"> {
  readonly solver: Method;
}

/** An iteration of a joint training. */
export interface WatchedIteration {
  /** From 0. */
  readonly iteration: number;
  readonly learningRate: number;
  readonly batch: NamedTensors;
  /** Values of the task's parameters before the update and after it: not their averages. */
  readonly before: NamedTensors;
  readonly after: NamedTensors;
  /** What g was shown in it, where it was shown something. */
  readonly observation: Observation | undefined;
}

/** Is told of iterations. */
export type IterationWatcher = (seen: WatchedIteration) => Promise<void> | void;

/** Names under which g's values stand beside the task's. */
export const CORRECTION = "correction/";
const UPDATE = "update/";
const FOLLOWER = "follower/";
const SWITCH = "switch/";

/** The parts of an iteration. */
interface Parts {
  readonly solver: GradientSource;
  readonly hyper: GradientSource | undefined;
  readonly update: Awaited<ReturnType<typeof compileOutsideGradient>>;
  readonly start: Awaited<ReturnType<typeof compileStart>>;
  readonly observer: Observer | undefined;
  readonly follower: Follower | undefined;
  readonly drive: SolverSwitch;
}

/**
 * A field and its hypersolver in training. An iteration: references for a few rows, how far the hypersolver is off there,
 * updates of g on them; then the task's gradient, through the classical solver or the hypersolver, and the field's update.
 */
export async function compileJointTrainer(
  task: SolvedTask,
  plan: JointPlan,
  onIteration: IterationWatcher | undefined,
  context: RunContext,
): Promise<Trainer> {
  const parts = await compileParts(task, plan, machineOf(context), context.signal);
  const { update, follower, drive } = parts;
  const values = (): NamedTensors => ({
    ...(plan.averageDecay === null ? update.parameters() : update.averaged()),
    ...prefixed(follower?.correction().parameters ?? {}, CORRECTION),
  });
  return {
    step: (iteration, learningRate) =>
      iterate(task, plan, parts, { iteration, learningRate, context, onIteration }),
    values,
    state: () => ({
      ...prefixed(update.state(), UPDATE),
      ...prefixed(follower?.state() ?? {}, FOLLOWER),
      ...prefixed(drive.state(), SWITCH),
    }),
    restore: (saved) => {
      update.restore(withPrefix(saved, UPDATE));
      follower?.restore(withPrefix(saved, FOLLOWER));
      drive.restore(withPrefix(saved, SWITCH));
    },
    dispose: async () => {
      const { solver, hyper, start, observer } = parts;
      for (const part of [solver, hyper, start, observer, follower, update]) await part?.dispose();
    },
  };
}

async function compileParts(
  task: SolvedTask,
  plan: JointPlan,
  machine: MachineOptions,
  signal: AbortSignal | undefined,
): Promise<Parts> {
  const { solver, hypersolver, drive, clipNorm, averageDecay } = plan;
  const asked = hypersolver && { ...hypersolver, span: task.span, seed: plan.seed };
  const follower = asked && (await compileFollower(task.field, asked, machine));
  const drives = follower !== undefined && drive !== "solver";
  return {
    solver:
      solver.kind === "fixed"
        ? await compileFixedTask(task, solver, machine)
        : await compileSolvedTask(task, { method: solver, signal }, machine),
    hyper: drives
      ? await compileHyperTask(task, follower.correction(), follower.spec.steps, machine)
      : undefined,
    update: await compileOutsideGradient(
      {
        parameters: taskParameters(task),
        optimizer: adam(),
        clipNorm,
        averageDecay: averageDecay ?? undefined,
      },
      { hot: true, ...machine },
    ),
    start: await compileStart(task, machine),
    observer: asked && (await compileObserver(task.field, asked, machine)),
    follower,
    drive: new SolverSwitch(plan),
  };
}

interface Iteration {
  readonly iteration: number;
  readonly learningRate: number;
  readonly context: RunContext;
  readonly onIteration: IterationWatcher | undefined;
}

async function iterate(
  task: SolvedTask,
  plan: JointPlan,
  parts: Parts,
  { iteration, learningRate, context, onIteration }: Iteration,
): Promise<TrainerStep> {
  const begun = clockOf(context)();
  const batch = task.draw(iteration);
  const before = parts.update.parameters();
  const { referenceNfe = 0, observation } =
    iteration % plan.every === 0 ? await follow(task, plan, parts, { batch, before, context }) : {};
  const isHyper = parts.hyper !== undefined && (plan.drive === "hypersolver" || parts.drive.isOn);
  const source = isHyper ? (parts.hyper as GradientSource) : parts.solver;
  const result = await source.run(batch, before, parts.follower?.correction().parameters ?? {});
  if (isBroken(result) || !Number.isFinite(result.loss)) {
    if (isHyper) parts.drive.see(Number.POSITIVE_INFINITY);
    return { loss: Number.NaN, taken: false, ...(isBroken(result) && { broken: result }) };
  }
  const { loss, metrics, gradients, ...spent } = result;
  const { taken } = await parts.update.step(gradients, learningRate);
  const milliseconds = clockOf(context)() - begun;
  const followed = parts.follower && { error: parts.drive.last, referenceNfe, hypersolver: isHyper ? 1 : 0 };
  if (taken && onIteration !== undefined) {
    const after = parts.update.parameters();
    await onIteration({ iteration, learningRate, batch, before, after, observation });
  }
  return { loss, taken, metrics: { ...metrics, ...spent, ...followed, milliseconds } };
}

/** What g was shown, and the evaluations of f that it took, in those of a whole batch. */
interface Followed {
  readonly referenceNfe?: number;
  readonly observation?: Observation;
}

/** References, how far the hypersolver is off, updates of g. */
async function follow(
  task: SolvedTask,
  { updates, rows: count }: JointPlan,
  { start, observer, follower, drive }: Parts,
  { batch, before, context }: Pick<Iteration, "context"> & Record<"batch" | "before", NamedTensors>,
): Promise<Followed> {
  if (observer === undefined || follower === undefined) return {};
  const [all, few] = firstRows(task, batch, count);
  const z0 = await start.run(few, before);
  const controls = controlsAmong(task, few);
  const own = among(before, task.field.parameters);
  const observation = await unlessItBreaks(observer.observe(own, { z0, controls }, context.signal));
  if (isBroken(observation)) {
    drive.see(Number.POSITIVE_INFINITY);
    return {};
  }
  const { relative } = await follower.error(observation);
  drive.see(relative);
  await follower.learn(observation, updates);
  return { observation, referenceNfe: (observation.nfe * Math.min(count, all)) / all };
}

/** How many rows a mini-batch has, and the first of them. */
function firstRows(task: SolvedTask, batch: NamedTensors, count: number): [number, NamedTensors] {
  const isRow = (name: string): boolean => task.batch[name]?.shape[0] === "batch";
  const all = Object.entries(batch).find(([name]) => isRow(name))?.[1].shape[0] ?? count;
  const few = Object.entries(batch).map(([name, value]): [string, Tensor] => [
    name,
    isRow(name) ? rows(value, 0, Math.min(count, all)) : value,
  ]);
  return [all, Object.fromEntries(few)];
}
