import { concatColumns, mul, sin, slice, sub } from "../../../src/graph/index.js";
import { type FitSpec, fitCorrection, hyper, type StateSource } from "../../../src/hypersolver/index.js";
import type { Samples } from "../../../src/hypersolver/internal.js";
import {
  type CompiledSolve,
  compileSolve,
  defineField,
  fixed,
  orThrow,
  rk4,
} from "../../../src/ode/index.js";
import { machineOf } from "../../../src/runtime/internal.js";
import { draw, type Random, type Tensor, tensor, toFloat64 } from "../../../src/tensor/index.js";
import type { JobContext, ProgressNews } from "./job-context.js";
import { runContext } from "./runtime.js";

/** Angle from straight down, and angular velocity. */
export type Swing = readonly [angle: number, velocity: number];

/** Seconds between two commands: the torque holds still between them. */
export const INTERVAL = 0.5;
/** Gravity over length, in 1/s²; friction, in 1/s. */
const STIFFNESS = 9.81;
const FRICTION = 0.15;
/** Largest torque over the moment of inertia, in 1/s². */
export const MOST_TORQUE = 8;
const FASTEST = 9;
const HYPER_STEPS = 2;

/** θ″ = u − (g/l) sin θ − c θ′. */
const field = defineField(
  ["batch", 2],
  (_, z, { u }) => {
    const [angle, velocity] = [slice(z, 1, 0, 1), slice(z, 1, 1, 2)];
    const pull = sub(mul(sin(angle), -STIFFNESS), mul(velocity, FRICTION));
    return concatColumns([velocity, u === undefined ? pull : sub(pull, mul(u, -1))]);
  },
  { controls: { u: { shape: ["batch", 1] } } },
);

const drawn = (count: number, random: Random): Samples => {
  const between = (most: number): number => most * (2 * random.uniform() - 1);
  const numbers = [...Array(count)].flatMap(() => [between(Math.PI), between(FASTEST)]);
  return {
    z0: tensor("float32", [count, 2], Float32Array.from(numbers)),
    controls: {
      u: tensor(
        "float32",
        [count, 1],
        draw(count, () => between(MOST_TORQUE)),
      ),
    },
  };
};

/** Angles all round, velocities and torques as far as the page lets them go. */
const states: StateSource = {
  description: "angles, velocities and torques of a pendulum",
  training: (count, random) => drawn(count, random.fork("training")),
  validation: (count, random) => drawn(count, random.fork("validation")),
  heldOut: (count, random) => drawn(count, random.fork("held out")),
};

interface Solves {
  readonly reference: CompiledSolve;
  readonly hyper: CompiledSolve;
  readonly rk4: CompiledSolve;
}

let solves: Solves | undefined;

/** Learns a correction for the pendulum. */
export async function preparePendulum(
  { iterations }: { readonly iterations: number },
  { tell, signal }: JobContext<ProgressNews>,
): Promise<{ readonly seconds: number; readonly error: number }> {
  const context = await runContext({ signal });
  const machine = machineOf(context);
  const span = [0, INTERVAL] as const;
  const spec = {
    ...{ base: "midpoint", steps: HYPER_STEPS, span, iterations, batch: 256, trajectories: 8192 },
    ...{ hidden: [64, 64], inputs: ["z", "stages", "epsilon", "x"], epsilon: null },
  } as const satisfies FitSpec;
  const fit = await fitCorrection(
    field,
    spec,
    { states },
    {
      ...context,
      onProgress: ({ stage, done, total, metrics = {} }) =>
        tell({ kind: "progress", stage, done, total, metrics }),
    },
  );
  const moments = Array.from({ length: MOMENTS + 1 }, (_, i) => (INTERVAL * i) / MOMENTS);
  solves = {
    reference: await compileSolve(field, { ...machine, times: moments, method: "dopri5@1e-6" }),
    hyper: await compileSolve(field, {
      ...machine,
      span,
      method: hyper(fit.correction, { steps: HYPER_STEPS }),
    }),
    rk4: await compileSolve(field, { ...machine, span, method: fixed(rk4, { steps: 1 }) }),
  };
  return { seconds: fit.seconds.reference + fit.seconds.fit, error: fit.bestError };
}

const MOMENTS = 10;

/** Where three pendulums stand. */
export interface Pendulums {
  readonly reference: Swing;
  readonly hyper: Swing;
  readonly rk4: Swing;
}

/** Where they swing in an interval, each solver on from its own state. */
export interface SwingResult {
  readonly ends: Pendulums;
  /** Angles of the reference at equal times. */
  readonly path: readonly number[];
  readonly nfe: { readonly reference: number; readonly hyper: number; readonly rk4: number };
}

/** One interval under a torque that holds still. */
export async function swing({
  from,
  torque,
}: {
  readonly from: Pendulums;
  readonly torque: number;
}): Promise<SwingResult> {
  if (solves === undefined) throw new Error("The correction is not learned yet.");
  const u = tensor("float32", [1, 1], Float32Array.of(torque));
  const run = async (solve: CompiledSolve, start: Swing) => {
    const z0 = tensor("float32", [1, 2], Float32Array.from(wrapped(start)));
    const solution = await solve.run(z0, { u });
    const { states: all } = orThrow(solution);
    const end = toFloat64(all.at(-1) as Tensor);
    const path = all.map((state) => toFloat64(state)[0] ?? 0);
    return { end: [end[0] ?? 0, end[1] ?? 0] as const, path, nfe: solution.statistics.nfe };
  };
  const reference = await run(solves.reference, from.reference);
  const corrected = await run(solves.hyper, from.hyper);
  const plain = await run(solves.rk4, from.rk4);
  return {
    ends: { reference: reference.end, hyper: corrected.end, rk4: plain.end },
    path: reference.path,
    nfe: { reference: reference.nfe, hyper: corrected.nfe, rk4: plain.nfe },
  };
}

/** The same state with its angle in [−π, π], where the correction knows its way. */
function wrapped([angle, velocity]: Swing): Swing {
  return [angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI)), velocity];
}
