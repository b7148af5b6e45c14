import { type Correction, hyper } from "../../hypersolver/index.js";
import { euler, fixed, midpoint, rk4 } from "../../ode/index.js";
import { jsonCodec } from "../kit/codec.js";
import { digest } from "../kit/digest.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import type { Run } from "../kit/run.js";
import { closedLoops, type InnerModel, type LoopRow } from "./closed-loops.js";
import { loopFigures, openLoopFigures, pathFigures } from "./control-figures.js";
import { correctedBases, correctionIn, correctionStage } from "./control-fits.js";
import { type ControlMetrics, controlReport, controlRows } from "./control-report.js";
import { type ControlSpec, controlPresets, controlTable } from "./control-spec.js";
import type { ControlTask } from "./control-task.js";
import { type ModelErrors, modelErrors } from "./model-error.js";
import { type OpenLoopRow, openLoop } from "./open-loop.js";
import { controlTasks } from "./tasks.js";

/** Hypersolvers inside receding-horizon controllers of a pendulum, a cart-pole and a quadrotor. */
export const control: Experiment<ControlSpec> = /* @__PURE__ */ defineExperiment<ControlSpec, ControlMetrics>(
  {
    name: "control",
    title: "Optimal control with hypersolvers inside",
    presets: controlPresets,
    table: controlTable,
    run: async (spec, run, { seed }) => {
      run.picture(() => openLoopFigures(run.found.openLoop ?? []));
      run.picture(() => loopFigures(run.found.closedLoop ?? [], "nominal"));
      run.picture(() => pathFigures(run.found.closedLoop ?? []));
      run.picture(() =>
        loopFigures(
          (run.found.modelErrors ?? []).flatMap(({ loops }) => loops),
          "friction",
        ),
      );
      for (const name of new Set(spec.tasks)) {
        const task = controlTasks[name];
        if (task !== undefined) await runTask(task, { spec, seed }, run);
      }
    },
    rows: controlRows,
    report: (metrics, figures) => controlReport(control.title, metrics, figures),
  },
);

interface How {
  readonly spec: ControlSpec;
  readonly seed: number;
}

/** Corrections, then what they are worth: each a stage, noted as soon as it is there. */
async function runTask(task: ControlTask, how: How, run: Run<ControlMetrics>): Promise<void> {
  const contents: Uint8Array[] = [];
  for (const base of correctedBases) {
    const content = await run.stage(correctionStage(task, base, how));
    await run.file(`corrections/${task.name}-${base}.onnx`, content);
    contents.push(content);
  }
  const corrections = contents.map(correctionIn);
  const { spec, seed } = how;
  const shared = { settings: { spec, seed, task: task.name }, inputs: contents.map(digest) };
  const open = await run.stage({
    ...{ name: `random controls ${task.name}`, ...shared, codec: jsonCodec<readonly OpenLoopRow[]>() },
    make: (context) => openLoop(task, corrections, how, context),
  });
  run.note({ openLoop: [...(run.found.openLoop ?? []), ...open] });
  const loops = await run.stage({
    ...{ name: `closed loop ${task.name}`, ...shared, codec: jsonCodec<readonly LoopRow[]>() },
    make: (context) => closedLoops(task, task.model.field, innerModels(task, corrections), how, context),
  });
  run.note({ closedLoop: [...(run.found.closedLoop ?? []), ...loops] });
  const errors = await run.stage({
    ...{ name: `model error ${task.name}`, ...shared, codec: jsonCodec<ModelErrors>() },
    make: (context) => modelErrors(task, corrections[0] as Correction, how, context),
  });
  run.note({ modelErrors: [...(run.found.modelErrors ?? []), errors] });
}

/** Every way to solve the nominal model in one step a control interval. */
function innerModels({ model: { field } }: ControlTask, corrections: readonly Correction[]): InnerModel[] {
  const one = { steps: 1 };
  const classics = [euler, midpoint, rk4].map((tableau) => fixed(tableau, one));
  const learned = corrections.map((correction) => hyper(correction, one));
  return [
    ...classics.map((method) => ({ name: method.title, role: "other" as const, field, method })),
    ...learned.map((method) => ({ name: method.title, role: "hypersolver" as const, field, method })),
  ];
}
