import { host } from "#host";
import { importOnnx } from "../graph/index.js";
import { type FitSpec, normalStates, type ValidityCard } from "../hypersolver/index.js";
import { fitTable } from "../hypersolver/specs.js";
import { type Field, fieldOfModel, heun } from "../ode/index.js";
import { optionalTable } from "../spec/internal.js";
import { fail } from "../tensor/index.js";
import { correctionLearner, correctionStory } from "./fit/correction-learner.js";
import type { FitMetrics } from "./fit/fit-metrics.js";
import { comparisonRows, fitReport } from "./fit/fit-report.js";
import { fitStage } from "./fit/fit-stage.js";
import { defineExperiment, type Experiment, type Preset } from "./kit/experiment.js";

/** The flow that the paper's authors trained, as shipped with this package (see NOTICE). */
const fieldFile = new URL("../../pretrained/ffjord_gaussians_field.onnx", import.meta.url);

/** The field of the authors' FFJORD flow over five Gaussians: prior at s = 0, data at s = 1. */
export async function ffjordField(): Promise<Field> {
  try {
    return fieldOfModel(importOnnx(await host.readShipped(fieldFile), "ffjord_gaussians_field.onnx"));
  } catch (cause) {
    throw fail("FILE_NOT_READABLE", {
      what: fieldFile.pathname,
      received: String(cause),
      help: "install the package again",
      cause,
    });
  }
}

/** `paper` is the recipe of the authors' notebook: one step, endpoints, L2 for their L1, fixed ε. */
const presetFits: Readonly<Record<Preset, Partial<FitSpec>>> = {
  smoke: { iterations: 400, trajectories: 2048, batch: 256 },
  standard: {},
  paper: {
    loss: "trajectory",
    iterations: 3000,
    batch: 256,
    hidden: [64, 64],
    activation: "prelu",
    inputs: ["z", "stages", "z0", "epsilon"],
    learningRate: 5e-3,
    epsilon: null,
  },
};

/** What `metrics.json` holds: the fit's numbers. */
interface FfjordMetrics extends FitMetrics {
  readonly card: ValidityCard;
}

/** HyperHeun in one step (2 NFE) for the authors' flow: the library's main job on real input. */
export const ffjord: Experiment<Partial<FitSpec>> = /* @__PURE__ */ defineExperiment<
  Partial<FitSpec>,
  FfjordMetrics
>({
  name: "ffjord",
  title: "HyperHeun for an FFJORD flow: samples in two evaluations",
  presets: presetFits,
  table: /* @__PURE__ */ optionalTable(fitTable, ["seed"]),
  run: async (given, run, { seed, command }) => {
    const states = normalStates([2]);
    const spec = { base: heun.name, steps: 1, seed, ...given };
    const learner = correctionLearner(spec);
    const request = {
      field: await ffjordField(),
      title: ffjord.title,
      command,
      states,
      learner,
      figures: true,
    };
    const job = { name: "HyperHeun", file: "correction.onnx", settings: { spec }, request };
    const { metrics, card, content, solver, figures } = await run.stage(fitStage(job, run.file));
    run.note({ ...metrics, card });
    await run.file(job.file, content);
    if (solver !== undefined) await run.file("solver.onnx", solver);
    run.picture(() => figures);
  },
  rows: ({ comparison = [] }) => comparisonRows(comparison),
  report: (metrics, figures) => {
    // Without its only stage a run has no report.
    const whole = metrics as FfjordMetrics;
    return fitReport(whole, correctionStory(whole.card), figures);
  },
});
