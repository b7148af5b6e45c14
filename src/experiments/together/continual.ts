import { host } from "#host";
import type { JointSpec } from "../../models/index.js";
import { jsonCodec } from "../kit/codec.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import { continualFigures } from "./continual-figures.js";
import type { ContinualMetrics } from "./continual-metrics.js";
import { continualReport, continualRows } from "./continual-report.js";
import { type ContinualSpec, continualPresets, continualTable } from "./continual-spec.js";
import { type Arm, courseStage } from "./course.js";
import { type Following, follow } from "./following.js";
import { flowOf } from "./pinwheel-task.js";

/** Proposition 1: while a field trains on, few updates an iteration keep its hypersolver. */
export const continual: Experiment<ContinualSpec> = /* @__PURE__ */ defineExperiment<
  ContinualSpec,
  ContinualMetrics
>({
  name: "continual",
  title: "Proposition 1: hypersolvers that follow a field in training",
  presets: continualPresets,
  table: continualTable,
  run: async (spec, run, { seed }) => {
    run.picture(() => continualFigures(run.found));
    for (const learningRate of spec.follow.learningRates) {
      const found = await run.stage<Following>({
        name: `follow at ${learningRate}`,
        settings: { spec: spec.follow, learningRate, seed },
        codec: jsonCodec(),
        isWhole: ({ points }) => points.at(-1)?.iteration === lastMeasured(spec),
        make: async (context) => {
          const task = await flowOf(spec.follow, seed, context);
          try {
            return await follow(task, spec.follow, learningRate, seed, context);
          } finally {
            await task.dispose();
          }
        },
      });
      run.note({ follow: [...(run.found.follow ?? []), found] });
    }
    for (const arm of scratchArms(spec)) {
      const course = await run.stage(
        courseStage({
          name: `scratch ${arm.label}`,
          arm,
          seed,
          quality: "nll",
          clock: host.processorTime,
          settings: spec.scratch,
          task: (context) => flowOf(spec.scratch, seed, context),
        }),
      );
      run.note({ scratch: [...(run.found.scratch ?? []), course] });
    }
  },
  rows: continualRows,
  report: continualReport,
});

const lastMeasured = ({ follow: { iterations, every } }: ContinualSpec): number =>
  Math.floor(iterations / every) * every;

/** Classical solvers, and hypersolvers that solve from the first iteration on. */
function scratchArms({ scratch: { iterations, learningRate, validations } }: ContinualSpec): Arm[] {
  const common = { iterations, learningRate, validations };
  const alone = (solver: string): Arm => ({ label: solver, spec: { ...common, solver, drive: "solver" } });
  const hyper = (steps: number, more: Partial<JointSpec>): JointSpec => ({
    ...common,
    drive: "hypersolver",
    hypersolver: { base: "rk4", steps },
    ...more,
  });
  return [
    ...["dopri5@1e-3", "rk4:1", "rk4:2"].map(alone),
    { label: "HyperRK4 in 1 step, 2 updates an iteration", spec: hyper(1, { updates: 8, every: 4 }) },
    { label: "HyperRK4 in 1 step, 8 updates an iteration", spec: hyper(1, { updates: 8, every: 1 }) },
    { label: "HyperRK4 in 2 steps, 2 updates an iteration", spec: hyper(2, { updates: 8, every: 4 }) },
  ];
}
