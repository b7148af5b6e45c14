import { drawnStates, type FitOptions, type StateSource } from "../../hypersolver/index.js";
import { dimensionOf, type Flow, type FlowData, withZeroColumns } from "../../models/index.js";
import { heun, logDensityField } from "../../ode/index.js";
import type { ExperimentOptions } from "../experiment.js";
import { type FitRequest, type FitRun, runFit } from "../run-fit.js";
import type { CnfPreset } from "./presets.js";

/** The corrections of a flow, all of Heun in one step. */
export interface FitStage {
  /** From base to data. */
  readonly sampling: FitRun;
  /** In both directions at once. */
  readonly both: FitRun;
  /** Of (z, log-density), from data to base. */
  readonly density: FitRun;
}

type Shared = Pick<FitOptions, "seed" | "compile" | "onProgress" | "signal">;

/** Fits them one after another. */
export async function fitStage(
  flow: Flow,
  data: FlowData,
  { fit: settings }: CnfPreset,
  options: ExperimentOptions,
): Promise<FitStage> {
  const { seed, compile, onProgress, signal, command } = options;
  const shared: Shared = {
    seed,
    ...(compile && { compile }),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  };
  const [t0, t1] = flow.span;
  const fit: FitOptions = {
    ...{ base: heun, steps: 1, span: flow.span, states: baseStates(flow) },
    ...settings,
    ...shared,
  };
  const run = (title: string, own: Partial<FitRequest>): Promise<FitRun> =>
    runFit({ field: flow.field, title, command, fit, figures: false, ...own });
  const sampling = await run("HyperHeun for sampling", {});
  const both = await run("HyperHeun in both directions", {
    fit: { ...fit, directions: "both" },
    budget: [2],
  });
  const density = await run("HyperHeun of (z, log-density)", {
    field: logDensityField(flow.field).field,
    fit: { ...fit, span: [t1, t0], states: dataStates(data) },
    budget: [2],
  });
  return { sampling, both, density };
}

const baseStates = (flow: Flow): StateSource =>
  drawnStates(flow.base.name, (count, random) => flow.base.sample(count, dimensionOf(flow), random));

/** Data with the column of the log-density behind, which starts at zero. */
const dataStates = (data: FlowData): StateSource =>
  drawnStates(`data with a zero: ${data.description}`, (count, random) =>
    withZeroColumns(data.batch(count, random), 1),
  );
