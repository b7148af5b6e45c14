import type { FitSpec, StateSource } from "../../hypersolver/index.js";
import type { Flow, FlowData } from "../../models/index.js";
import { type Field, logDensityField, midpoint } from "../../ode/index.js";
import { correctionLearner } from "../fit/correction-learner.js";
import type { FitJob, KeptFit } from "../fit/fit-stage.js";
import { baseStates, dataStates } from "../flow/flow-states.js";
import type { CnfPreset } from "./presets.js";
import { type SamplingFits, samplingMethods } from "./sampling-methods.js";

/** The corrections of a flow, all in one step: those that were made so far, by the names of their jobs. */
export type CnfFits = Readonly<Record<string, KeptFit>>;

const forSampling = (name: string): string => `${name} for sampling`;
const BOTH = "HyperMidpoint in both directions";
const DENSITY = "HyperMidpoint of (z, log-density)";

/** From base to data, by `samplingMethods`. */
export const samplingFits = (fits: CnfFits): SamplingFits =>
  Object.fromEntries(
    samplingMethods.flatMap(({ name }) => {
      const fit = fits[forSampling(name)];
      return fit === undefined ? [] : [[name, fit] as const];
    }),
  );

/** HyperMidpoint in both directions at once. */
export const fitOfBoth = (fits: CnfFits): KeptFit | undefined => fits[BOTH];
/** HyperMidpoint of (z, log-density), from data to base. */
export const fitOfDensity = (fits: CnfFits): KeptFit | undefined => fits[DENSITY];

/** Every fit of the experiment. */
export function cnfFitJobs(
  flow: Flow,
  data: FlowData,
  { fit: settings }: CnfPreset,
  { seed, command }: { readonly seed: number; readonly command: string },
): FitJob[] {
  const [t0, t1] = flow.span;
  const shared: FitSpec = {
    ...settings,
    base: midpoint.name,
    steps: 1,
    span: flow.span,
    epsilon: null,
    seed,
  };
  const job = (
    name: string,
    file: string,
    { field, states }: { readonly field: Field; readonly states: StateSource },
    spec: FitSpec,
    budget?: number[],
  ): FitJob => ({
    name,
    file,
    settings: { spec, states: states.description, data: data.description },
    request: { field, states, title: name, command, learner: correctionLearner(spec), budget },
  });
  const sampled = { field: flow.field, states: baseStates(flow) };
  const evaluated = {
    field: logDensityField(flow.field).field,
    states: dataStates(data.description, data.batch),
  };
  return [
    ...samplingMethods.map(({ name, file, base, fit: own }) =>
      job(forSampling(name), file, sampled, { ...shared, base: base.name, ...own(flow), ...settings }),
    ),
    job(BOTH, "correction-both.onnx", sampled, { ...shared, directions: "both" }, [2]),
    job(DENSITY, "correction-density.onnx", evaluated, { ...shared, span: [t1, t0] }, [2]),
  ];
}
