import { type JointSpec, type SolvedTask, trainJointly } from "../../models/index.js";
import type { RunContext } from "../../runtime/index.js";
import { type Broken, isBroken, unlessItBreaks } from "../../tensor/index.js";
import { checkpointingIn } from "../kit/checkpoint-files.js";
import { jsonCodec } from "../kit/codec.js";
import type { Stage } from "../kit/stage.js";

/** A way to train a task, and its name in tables. */
export interface Arm {
  readonly label: string;
  readonly spec: JointSpec;
}

/** Where a training stood at a validation. */
export interface CoursePoint {
  readonly iteration: number;
  /** Processor time of all iterations until then, without validations. */
  readonly seconds: number;
  /** Evaluations of f until then, of a whole mini-batch each: there, back, and for references. */
  readonly evaluations: number;
  /** The number of the validation that counts, such as `nll` or `accuracy`. */
  readonly quality: number;
  /** Relative error of the hypersolver, where there is one. */
  readonly error: number | undefined;
  /** Share of the iterations since the last point that it solved. */
  readonly share: number | undefined;
}

/** How a training went. */
export interface Course {
  readonly label: string;
  /** Quality of the parameters that were kept. */
  readonly best: number;
  readonly points: readonly CoursePoint[];
}

/** A training that broke, and why. */
export type BrokenCourse = Broken & Pick<Course, "label">;

/** A training as a stage of an experiment. */
export interface CourseRequest {
  /** Of the stage, unique in the experiment. */
  readonly name: string;
  readonly arm: Arm;
  readonly seed: number;
  /** Which number of the validation counts: `nll`. */
  readonly quality: string;
  readonly clock: () => number;
  /** Whatever else decides the outcome. */
  readonly settings: unknown;
  task(context: RunContext): Promise<SolvedTask> | SolvedTask;
}

/** Trains by one arm. A training that breaks is an entry with its reason. */
export const courseStage = ({
  name,
  arm: { label, spec },
  seed,
  quality,
  clock,
  settings,
  task: taskOf,
}: CourseRequest): Stage<Course | BrokenCourse> => ({
  name,
  settings: { settings, spec, seed },
  codec: jsonCodec(),
  isWhole: (result) => isBroken(result) || result.points.at(-1)?.iteration === spec.iterations,
  make: async (context, file) => {
    const task = await taskOf(context);
    try {
      const inputs = await checkpointingIn(file);
      const found = await unlessItBreaks(
        trainJointly(task, { ...spec, seed }, inputs, { ...context, clock }),
      );
      if (isBroken(found)) return { label, ...found };
      return { label, best: found.metrics[quality] ?? Number.NaN, points: pointsOf(found.curve, quality) };
    } finally {
      await task.dispose();
    }
  },
});

/** A curve has means over the iterations since its last point: times their number, they add up. */
function pointsOf(
  curve: Awaited<ReturnType<typeof trainJointly>>["curve"],
  quality: string,
): readonly CoursePoint[] {
  let [before, seconds, evaluations] = [0, 0, 0];
  return curve.map(({ iteration, metrics }) => {
    const { milliseconds = 0, nfe = 0, backwardNfe = 0, referenceNfe = 0, error, hypersolver } = metrics;
    const count = iteration - before;
    before = iteration;
    seconds += (count * milliseconds) / 1000;
    evaluations += count * (nfe + backwardNfe + referenceNfe);
    const found = metrics[quality] ?? Number.NaN;
    return { iteration, seconds, evaluations, quality: found, error, share: hypersolver };
  });
}

/** The first point that is at least as good as a target; undefined where none is. */
export const reached = (
  { points }: Course,
  target: number,
  better: "smaller" | "larger",
): CoursePoint | undefined =>
  points.find(({ quality }) => (better === "smaller" ? quality <= target : quality >= target));
