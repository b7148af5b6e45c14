import type { FitSpec, StateSource } from "../../hypersolver/index.js";
import type { Flow, FlowData } from "../../models/index.js";
import { type Field, logDensityField, midpoint } from "../../ode/index.js";
import { type FitJob, fitEach } from "../fit/fit-each.js";
import type { KeptFit } from "../fit/kept-fits.js";
import { baseStates, dataStates } from "../flow/flow-states.js";
import type { ExperimentOptions } from "../kit/experiment.js";
import type { CnfPreset } from "./presets.js";
import { type SamplingFits, samplingMethods } from "./sampling-methods.js";

/** The corrections of a flow, all in one step: those that were fitted before a signal. */
export interface FitStage {
  /** From base to data, by `samplingMethods`. */
  readonly sampling: SamplingFits;
  /** HyperMidpoint in both directions at once. */
  readonly both?: KeptFit;
  /** HyperMidpoint of (z, log-density), from data to base. */
  readonly density?: KeptFit;
}

const forSampling = (name: string): string => `${name} for sampling`;
const BOTH = { name: "HyperMidpoint in both directions", file: "correction-both.onnx" };
const DENSITY = { name: "HyperMidpoint of (z, log-density)", file: "correction-density.onnx" };

/** Fits them one after another; `resume` takes those that an interrupted run had made. */
export async function fitStage(
  flow: Flow,
  data: FlowData,
  preset: CnfPreset,
  options: ExperimentOptions,
): Promise<FitStage> {
  const made = await fitEach(jobsOf(flow, data, preset, options.seed), options);
  const [both, density] = [made[BOTH.name], made[DENSITY.name]];
  const sampling = samplingMethods.flatMap(({ name }) => {
    const fit = made[forSampling(name)];
    return fit === undefined ? [] : [[name, fit] as const];
  });
  return { sampling: Object.fromEntries(sampling), ...(both && { both }), ...(density && { density }) };
}

function jobsOf(flow: Flow, data: FlowData, { fit: settings }: CnfPreset, seed: number): FitJob[] {
  const [t0, t1] = flow.span;
  const start = baseStates(flow);
  const shared: FitSpec = {
    ...{ base: midpoint.name, steps: 1, span: flow.span, epsilon: null },
    ...settings,
    seed,
  };
  const job = (
    of: Pick<FitJob, "name" | "file">,
    field: Field,
    spec: FitSpec,
    states: StateSource,
    budget?: number[],
  ): FitJob => ({
    ...of,
    settings: { name: of.name, spec, states: states.description, data: data.description },
    request: { field, title: of.name, spec, states, ...(budget && { budget }) },
  });
  return [
    ...samplingMethods.map(({ name, file, base, fit: own }) =>
      job(
        { name: forSampling(name), file },
        flow.field,
        { ...shared, base: base.name, ...own(flow), ...settings },
        start,
      ),
    ),
    job(BOTH, flow.field, { ...shared, directions: "both" }, start, [2]),
    job(
      DENSITY,
      logDensityField(flow.field).field,
      { ...shared, span: [t1, t0] },
      dataStates(data.description, data.batch),
      [2],
    ),
  ];
}

/** The corrections as files of the run. */
export const fitFiles = ({
  sampling,
  both,
  density,
}: FitStage): Readonly<Record<string, KeptFit | undefined>> => ({
  ...Object.fromEntries(samplingMethods.map(({ name, file }) => [file, sampling[name]])),
  [BOTH.file]: both,
  [DENSITY.file]: density,
});
