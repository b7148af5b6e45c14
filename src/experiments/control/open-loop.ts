import { host } from "#host";
import { compileRollout, fieldPlant, type Rollout } from "../../control/index.js";
import { boxStates, type Correction, hyper, stateErrors } from "../../hypersolver/index.js";
import { euler, type FixedMethod, fixed, heun, midpoint, rk4 } from "../../ode/index.js";
import type { Role } from "../../plot/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { type Broken, fromNumbers, isBroken, Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { stepCount } from "../kit/competitor.js";
import { type Contestant, contest } from "../kit/contest.js";
import type { ControlSpec } from "./control-spec.js";
import type { ControlTask } from "./control-task.js";

/** How close a method comes to where random controls lead. */
export interface OpenLoopScores {
  /** Evaluations of f over the horizon. */
  readonly nfe: number;
  /** Mean Euclidean distance to a tight solve after one control interval, and at the end of the horizon. */
  readonly interval: number;
  readonly horizon: number;
  /** Processor time of the fastest run of all rollouts together. */
  readonly milliseconds: number;
}

/** A method in a control interval. */
export interface OpenLoopRow {
  readonly task: string;
  readonly method: string;
  readonly role: Role;
  /** In a control interval. */
  readonly steps: number;
  readonly scores: OpenLoopScores | Broken;
}

/** Random controls, and where they really lead. */
interface RandomInputs {
  readonly z0: Tensor;
  /** [samples, intervals, m] */
  readonly controls: Tensor;
  /** After the first interval and after the last. */
  readonly first: Tensor;
  readonly last: Tensor;
}

/** Every method in a few numbers of steps an interval, and the corrections in the one that they learned. */
const classics = [
  fixed(euler, { steps: 1 }),
  fixed(euler, { steps: 2 }),
  fixed(euler, { steps: 4 }),
  fixed(midpoint, { steps: 1 }),
  fixed(midpoint, { steps: 2 }),
  fixed(heun, { steps: 1 }),
  fixed(heun, { steps: 2 }),
  fixed(rk4, { steps: 1 }),
] as const;

/** Rollouts under random controls, each held for an interval, by every method. @throws INTERRUPTED at a signal. */
export async function openLoop(
  task: ControlTask,
  corrections: readonly Correction[],
  { spec, seed }: { readonly spec: ControlSpec; readonly seed: number },
  context: RunContext,
): Promise<OpenLoopRow[]> {
  const methods: FixedMethod[] = [...classics, ...corrections.map((own) => hyper(own, { steps: 1 }))];
  const inputs = await randomInputs(task, spec.heldOut, new Random(seed).fork("random inputs"), context);
  const entries = await contest(
    {
      contestants: methods.map((method) => ({ ...contestantOf(task, method, context), of: method })),
      cases: [inputs],
      repetitions: 5,
      measures: {
        interval: ({ states }: Rollout, { first }: RandomInputs) => stateErrors(at(states, 1), first).mean,
        horizon: ({ states }: Rollout, { last }: RandomInputs) => stateErrors(at(states, -1), last).mean,
      },
    },
    { ...context, clock: host.processorTime },
  );
  return entries.map(({ contestant: { of }, scores }) => ({
    task: task.name,
    method: of.title,
    role: "correction" in of ? "hypersolver" : "other",
    steps: stepCount(of),
    scores: isBroken(scores) ? scores : scoresOf(scores),
  }));
}

const scoresOf = ({
  nfe,
  fastest,
  values: { interval, horizon },
}: {
  readonly nfe: number;
  readonly fastest: number;
  readonly values: Readonly<Record<"interval" | "horizon", readonly number[]>>;
}): OpenLoopScores => ({
  ...{ nfe, milliseconds: fastest },
  ...{ interval: interval[0] ?? Number.NaN, horizon: horizon[0] ?? Number.NaN },
});

const contestantOf = (
  { model, problem }: ControlTask,
  method: FixedMethod,
  context: RunContext,
): Contestant<RandomInputs, Rollout> => ({
  method: method.text,
  prepare: async () => {
    const rollout = await compileRollout(
      { field: model.field, ...problem },
      { method, ...machineOf(context) },
    );
    return {
      run: async ({ z0, controls }) => {
        const result = await rollout.run(z0, controls);
        return { result, costs: result.statistics };
      },
      dispose: () => rollout.dispose(),
    };
  },
});

/** Starts of a task, controls about the middle of their bounds, and where a tight solve leads. */
async function randomInputs(
  { model, problem, starts, shake }: ControlTask,
  count: number,
  random: Random,
  context: RunContext,
): Promise<RandomInputs> {
  const { z0 } = boxStates(starts).heldOut(count, random);
  const intervals = Math.round(problem.horizon * problem.controlRate);
  const { low, high } = problem.bounds;
  const draw = random.fork("controls");
  const values = Array.from({ length: count * intervals * low.length }, (_, i) => {
    const [from = 0, to = 0] = [low[i % low.length], high[i % low.length]];
    return (from + to) / 2 + (shake * (to - from) * (2 * draw.uniform() - 1)) / 2;
  });
  const controls = fromNumbers(values, [count, intervals, low.length]);
  const plant = await fieldPlant(model.field, undefined, context);
  try {
    const states = [z0];
    for (let n = 0; n < intervals; n++) {
      const held = at(controls, n);
      const interval = 1 / problem.controlRate;
      states.push(await plant.advance(states[n] ?? z0, held, n * interval, interval));
    }
    return { z0, controls, first: states[1] ?? z0, last: states.at(-1) ?? z0 };
  } finally {
    await plant.dispose();
  }
}

/** One place of the middle axis: [samples, places, width] -> [samples, width]. */
function at(value: Tensor, place: number): Tensor {
  const [samples = 0, places = 1, width = 1] = value.shape;
  const k = place < 0 ? places + place : place;
  const all = toFloat64(value);
  const own = Array.from(
    { length: samples * width },
    (_, i) => all[(Math.floor(i / width) * places + k) * width + (i % width)] ?? Number.NaN,
  );
  return fromNumbers(own, [samples, width], value.dtype);
}
