import { host } from "#host";
import { pickImages } from "../../data/index.js";
import {
  architectureNamed,
  classifierTask,
  type JointSpec,
  newClassifier,
  type SolvedTask,
} from "../../models/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { fail, Random } from "../../tensor/index.js";
import { defineExperiment, type Experiment, type LabeledImages } from "../kit/experiment.js";
import type { Run } from "../kit/run.js";
import { type Arm, courseStage } from "./course.js";
import { jointFigures } from "./joint-figures.js";
import type { JointMetrics } from "./joint-metrics.js";
import { jointReport, jointRows } from "./joint-report.js";
import { type JointExperimentSpec, jointExperimentTable, jointPresets } from "./joint-spec.js";
import { flowOf } from "./pinwheel-task.js";

/** Training with the hypersolver that learns alongside, against training with classical solvers alone. */
export const joint: Experiment<JointExperimentSpec> = /* @__PURE__ */ defineExperiment<
  JointExperimentSpec,
  JointMetrics
>({
  name: "joint",
  title: "Field and hypersolver in one training: when the hypersolver may solve the task",
  dataset: "mnist",
  presets: jointPresets,
  table: jointExperimentTable,
  run: async (spec, run, { seed, images }) => {
    if (images === undefined)
      throw fail("INVALID_ARGUMENT", { what: "images", expected: "those of mnist", received: "none" });
    requireEnough(spec, images);
    run.picture(() => jointFigures(run.found));
    for (const arm of flowArms(spec)) {
      const stage = { ...shared("flow", arm, seed), quality: "nll", settings: spec.flow };
      const course = await run.stage(
        courseStage({ ...stage, task: (context) => flowOf(spec.flow, seed, context) }),
      );
      run.note({ flow: [...(run.found.flow ?? []), course] });
    }
    await trainClassifiers(spec, run, images, seed);
  },
  rows: jointRows,
  report: jointReport,
});

const shared = (name: string, arm: Arm, seed: number) => ({
  name: `${name} ${arm.label}`,
  arm,
  seed,
  clock: host.processorTime,
});

async function trainClassifiers(
  spec: JointExperimentSpec,
  run: Run<JointMetrics>,
  images: LabeledImages,
  seed: number,
): Promise<void> {
  for (const arm of imageArms(spec)) {
    const stage = { ...shared("images", arm, seed), quality: "validationAccuracy", settings: spec.images };
    const course = await run.stage(
      courseStage({ ...stage, task: (context) => classifierOf(spec, images, seed, context) }),
    );
    run.note({ images: [...(run.found.images ?? []), course] });
  }
}

/** Classical solvers alone, then hypersolvers that take over when they are good enough. */
function flowArms({ flow, validations }: JointExperimentSpec): Arm[] {
  const { iterations, learningRate } = flow;
  const common = { iterations, learningRate, validations };
  const switching = (steps: number, threshold: number): JointSpec => ({
    ...common,
    solver: "dopri5@1e-3",
    drive: "switching",
    hypersolver: { base: "rk4", steps },
    threshold,
  });
  return [
    ...["dopri5@1e-3", "rk4:1", "rk4:2", "rk4:3", "rk4:4"].map((solver) => alone(solver, common)),
    { label: "joint, HyperRK4 in 2 steps", spec: switching(2, 0.005) },
    { label: "joint, HyperRK4 in 1 step", spec: switching(1, 0.03) },
  ];
}

function imageArms({ images, validations }: JointExperimentSpec): Arm[] {
  const { iterations, learningRate } = images;
  const common = { iterations, learningRate, validations };
  const hypersolver = { base: "heun", steps: 1, hidden: [12], activation: "prelu" } as const;
  return [
    ...["dopri5@1e-3", "euler:1", "heun:1", "rk4:1", "rk4:2"].map((solver) => alone(solver, common)),
    {
      label: "joint, HyperHeun in 1 step",
      spec: {
        ...{ ...common, solver: "dopri5@1e-3", drive: "switching", hypersolver, threshold: 0.02 },
        ...{ every: 8, rows: 16 },
      },
    },
  ];
}

const alone = (solver: string, common: Omit<JointSpec, "solver" | "drive">): Arm => ({
  label: solver,
  spec: { ...common, solver, drive: "solver" },
});

function classifierOf(
  { images: { architecture, training, validation, batch } }: JointExperimentSpec,
  images: LabeledImages,
  seed: number,
  context: RunContext,
): SolvedTask {
  const [all] = images.training.shape;
  const order = new Random(seed).fork("subset").permutation(all);
  const part = (from: number, to: number) => pickImages(images.training, order.subarray(from, to));
  const sets = { training: part(0, training), validation: part(training, training + validation) };
  const first = newClassifier(architectureNamed(architecture), new Random(seed).fork("values"));
  return classifierTask(first, sets, { batch, seed }, machineOf(context));
}

/** Before flows are trained for minutes. */
function requireEnough(
  { images: { training, validation } }: JointExperimentSpec,
  images: LabeledImages,
): void {
  const [all] = images.training.shape;
  if (training + validation <= all) return;
  throw fail("INVALID_ARGUMENT", {
    what: "spec.images: training and validation",
    expected: `at most ${all} together: so many training images there are`,
    received: String(training + validation),
  });
}
