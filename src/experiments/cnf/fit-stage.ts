import {
  drawnStates,
  type FitOptions,
  type Sampler,
  type StateSource,
  widened,
} from "../../hypersolver/index.js";
import { dimensionOf, type Flow, type FlowData, withZeroColumns } from "../../models/index.js";
import { logDensityField, midpoint } from "../../ode/index.js";
import type { ExperimentOptions } from "../experiment.js";
import { type FitRequest, type FitRun, runFit } from "../run-fit.js";
import type { CnfPreset } from "./presets.js";
import { type SamplingFits, samplingMethods } from "./sampling-methods.js";

/** The corrections of a flow, all in one step. */
export interface FitStage {
  /** From base to data, by `samplingMethods`. */
  readonly sampling: SamplingFits;
  /** HyperMidpoint in both directions at once. */
  readonly both: FitRun;
  /** HyperMidpoint of (z, log-density), from data to base. */
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
    ...{ base: midpoint, steps: 1, span: flow.span, states: baseStates(flow), epsilon: null },
    ...settings,
    ...shared,
  };
  const run = (title: string, own: Partial<FitRequest>): Promise<FitRun> =>
    runFit({ field: flow.field, title, command, fit, figures: false, ...own });
  const sampling: Record<string, FitRun> = {};
  for (const { name, base, fit: own } of samplingMethods)
    sampling[name] = await run(`${name} for sampling`, { fit: { ...fit, base, ...own(flow), ...settings } });
  const both = await run("HyperMidpoint in both directions", {
    fit: { ...fit, directions: "both" },
    budget: [2],
  });
  const density = await run("HyperMidpoint of (z, log-density)", {
    field: logDensityField(flow.field).field,
    fit: { ...fit, span: [t1, t0], states: dataStates(data) },
    budget: [2],
  });
  return { sampling, both, density };
}

function baseStates(flow: Flow): StateSource {
  const draws: Sampler = (count, random) => flow.base.sample(count, dimensionOf(flow), random);
  return drawnStates(flow.base.name, draws, (count, random) => widened(draws(count, random)));
}

/** Data with the column of the log-density behind, which starts at zero. */
const dataStates = (data: FlowData): StateSource =>
  drawnStates(`data with a zero: ${data.description}`, (count, random) =>
    withZeroColumns(data.batch(count, random), 1),
  );
