import {
  compileFollower,
  compileObserver,
  type Follower,
  type FollowSpec,
  type Observation,
  type Observer,
} from "../../hypersolver/index.js";
import { type JointSpec, type SolvedTask, trainJointly } from "../../models/index.js";

import {
  type CompiledSensitivity,
  compileParameterSensitivity,
  type FieldPlace,
  uniformMesh,
} from "../../ode/index.js";
import { withZeroColumns } from "../../ode/internal.js";
import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { fromNumbers, Random, rows, type Tensor, toFloat64 } from "../../tensor/index.js";
import type { ContinualSpec } from "./continual-spec.js";

/** What was measured after an iteration. */
export interface FollowPoint {
  /** After the first fit, from 1. */
  readonly iteration: number;
  /** Relative error at the end of the span of every hypersolver, by name; `refitted` now and then. */
  readonly errors: Readonly<Record<string, number>>;
  /** ‖Δf‖ of this iteration. */
  readonly change: number;
  /** η L_θ ‖Γ‖ = L_θ ‖Δθ‖. */
  readonly bound: number;
  /** L_θ, the largest of both ends and the middle of the step. */
  readonly sensitivity: number;
}

/** A training of a field, and the hypersolvers that followed it. */
export interface Following {
  readonly learningRate: number;
  readonly points: readonly FollowPoint[];
}

/** What trains the field: close enough to exact that hypersolvers alone are judged. */
const SOLVER = "rk4:4";
/** The base of all hypersolvers, and rows that they learn from in an iteration. */
export const FOLLOWED = { base: "heun", steps: 4 } as const;
const ROWS = 32;
/** Measurements from one refit to the next. */
const REFIT_EVERY = 5;
const SENSITIVITY = { tolerance: 1e-2, iterations: 40 } as const;
/** States at each mesh point that ‖f‖ is a mean over. */
const SENSITIVITY_ROWS = 64;

/**
 * Trains the flow of a task. After the warm-up g is fitted once; from there on copies of it are left as they are, or follow
 * with so many updates an iteration, and now and then another is fitted anew.
 */
export async function follow(
  task: SolvedTask,
  spec: ContinualSpec["follow"],
  learningRate: number,
  seed: number,
  context: RunContext,
): Promise<Following> {
  const { warmup, iterations, every } = spec;
  const hypersolver: FollowSpec = { ...FOLLOWED, span: task.span, seed };
  const tools = await compileTools(task, spec, hypersolver, context);
  const points: FollowPoint[] = [];
  const joint: JointSpec = {
    ...{ iterations: warmup + iterations, learningRate, schedule: "constant", solver: SOLVER, seed },
    ...{ drive: "solver", hypersolver: FOLLOWED, updates: 0, every: 1, rows: ROWS, validations: 1 },
  };
  const validate = async () => ({ score: [0], metrics: {} });
  try {
    await trainJointly(
      { ...task, validate },
      joint,
      {
        onIteration: async ({ iteration, before, after, observation }) => {
          const number = iteration + 1 - warmup;
          if (number < 0) return;
          if (number === 0) return tools.begin(after);
          if (observation !== undefined) await tools.learn(observation);
          if (number % every === 0) {
            const refits = (number / every) % REFIT_EVERY === 0;
            points.push({ iteration: number, ...(await tools.measure(before, after, number, refits)) });
          }
        },
      },
      context,
    );
  } finally {
    await tools.dispose();
  }
  return { learningRate, points };
}

interface Tools {
  /** Fits g, for all to begin with. */
  begin(parameters: NamedTensors): Promise<void>;
  learn(observation: Observation): Promise<void>;
  measure(
    before: NamedTensors,
    after: NamedTensors,
    number: number,
    refits: boolean,
  ): Promise<Omit<FollowPoint, "iteration">>;
  dispose(): Promise<void>;
}

async function compileTools(
  task: SolvedTask,
  { updates, fit, samples }: ContinualSpec["follow"],
  hypersolver: FollowSpec,
  context: RunContext,
): Promise<Tools> {
  const machine = machineOf(context);
  const named = [["frozen", 0] as const, ...updates.map((count) => [updatesText(count), count] as const)];
  const observer = await compileObserver(task.field, hypersolver, machine);
  const bare = await compileFollower(task.field, hypersolver, machine);
  const first = bare.state();
  const fresh = await compileFollower(task.field, hypersolver, machine);
  const followers: { name: string; count: number; follower: Follower }[] = [];
  for (const [name, count] of named)
    followers.push({ name, count, follower: await compileFollower(task.field, hypersolver, machine) });
  const sensitivity = await compileParameterSensitivity(task.field, { ...machine, ...SENSITIVITY });
  const look = { task, observer };
  const refit = async (parameters: NamedTensors, place: number): Promise<void> => {
    fresh.restore(first);
    for (let done = 0; done < fit; done += REFIT_UPDATES)
      await fresh.learn(await observedAt(look, parameters, place + done, 2 * ROWS), REFIT_UPDATES);
  };
  return {
    begin: async (parameters) => {
      await refit(parameters, REFIT_PLACE);
      for (const { follower } of followers) follower.restore(fresh.state());
    },
    learn: async (observation) => {
      for (const { count, follower } of followers) await follower.learn(observation, count);
    },
    measure: async (before, after, number, refits) => {
      const seen = await observedAt(look, after, TEST_PLACE + number, samples);
      const errors: Record<string, number> = { "no g": (await bare.error(seen)).relative };
      for (const { name, follower } of followers) errors[name] = (await follower.error(seen)).relative;
      if (refits) {
        await refit(after, REFIT_PLACE + number * fit);
        errors.refitted = (await fresh.error(seen)).relative;
      }
      const places = placesOf(seen, task.span);
      return { errors, ...(await proposition(sensitivity, before, after, places, new Random(number))) };
    },
    dispose: async () => {
      for (const part of [observer, bare, fresh, sensitivity]) await part.dispose();
      for (const { follower } of followers) await follower.dispose();
    },
  };
}

export const updatesText = (count: number): string => `${count} update${count === 1 ? "" : "s"}`;

/** Updates on one observation of a fit: as many as a follower remembers observations. */
const REFIT_UPDATES = 8;
/** Numbers of mini-batches that training does not come to. */
const [TEST_PLACE, REFIT_PLACE] = [10_000_000, 20_000_000];

/** An observation of fresh rows of the flow's data. */
async function observedAt(
  { task, observer }: { readonly task: SolvedTask; readonly observer: Observer },
  parameters: NamedTensors,
  place: number,
  count: number,
): Promise<Observation> {
  const { x } = task.draw(place);
  const some = rows(x as Tensor, 0, Math.min(count, x?.shape[0] ?? 0));
  return observer.observe(parameters, { z0: withZeroColumns(some, 1), controls: {} });
}

/** States where the hypersolver's steps begin, with their depths. */
function placesOf({ rows: all, z0 }: Observation, span: SolvedTask["span"]): FieldPlace[] {
  const count = z0.shape[0] ?? 0;
  const some = Math.min(count, SENSITIVITY_ROWS);
  return uniformMesh(span, FOLLOWED.steps)
    .slice(0, -1)
    .map((s, k) => ({ s, z: rows(all.z as Tensor, k * count, k * count + some) }));
}

/** Both sides of proposition 1 for one step of training. */
async function proposition(
  sensitivity: CompiledSensitivity,
  before: NamedTensors,
  after: NamedTensors,
  places: readonly FieldPlace[],
  random: Random,
): Promise<Omit<FollowPoint, "iteration" | "errors">> {
  const norms: number[] = [];
  for (const share of [0, 0.5, 1])
    norms.push(await sensitivity.norm(between(before, after, share), places, random.fork(`at ${share}`)));
  const largest = Math.max(...norms);
  const change = await sensitivity.change(before, after, places);
  return { change, bound: largest * distance(before, after), sensitivity: largest };
}

/** In float64: the middle of a small step is not one of its ends. */
const between = (before: NamedTensors, after: NamedTensors, share: number): NamedTensors =>
  Object.fromEntries(
    Object.entries(before).map(([name, value]) => {
      const other = toFloat64(after[name] as Tensor);
      const data = toFloat64(value).map((x, i) => x + share * ((other[i] ?? 0) - x));
      return [name, fromNumbers(data, value.shape, "float64")];
    }),
  );

const distance = (before: NamedTensors, after: NamedTensors): number =>
  Math.hypot(
    ...Object.entries(before).map(([name, value]) => {
      const other = toFloat64(after[name] as Tensor);
      return Math.hypot(...toFloat64(value).map((x, i) => x - (other[i] ?? 0)));
    }),
  );
