import { host } from "#host";
import { importOnnx } from "../graph/index.js";
import { type FitSpec, normalStates } from "../hypersolver/index.js";
import { type Field, fieldOfModel, heun } from "../ode/index.js";
import { fail } from "../tensor/index.js";
import { comparisonRows, comparisonText, fitSummary } from "./fit/fit-report.js";
import { runFit } from "./fit/run-fit.js";
import { CHECKPOINT_FILE, checkpointing } from "./kit/checkpoint-files.js";
import type { Experiment, Preset } from "./kit/experiment.js";

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

/** HyperHeun in one step (2 NFE) for the authors' flow: the library's main job on real input. */
export const ffjord: Experiment<Partial<FitSpec>> = {
  name: "ffjord",
  title: "HyperHeun for an FFJORD flow: samples in two evaluations",
  presets: presetFits,
  run: async (
    { preset, seed, command, spec = presetFits[preset] },
    { store, resume = false, onArtefact, ...context } = {},
  ) => {
    const request = {
      ...{ field: await ffjordField(), title: ffjord.title, command, states: normalStates([2]) },
      spec: { base: heun.name, steps: 1, seed, ...spec },
      ...(store && (await checkpointing(CHECKPOINT_FILE, { checkpoints: store, resume }))),
      onLearned: onArtefact,
    };
    const { metrics, artefacts } = await runFit(request, context);
    for (const artefact of artefacts) await onArtefact?.(artefact);
    const summary = `${comparisonText(metrics.comparison)}\n\n${fitSummary(metrics)}`;
    return { summary, metrics, rows: comparisonRows(metrics.comparison), artefacts, status: metrics.status };
  },
};
