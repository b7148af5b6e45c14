import { host } from "#host";
import {
  type Correction,
  calibrateSolve,
  compileGuardedSolve,
  decodeCorrection,
  fitCorrection,
  hyper,
  measureMethod,
  normalStates,
  type StateSource,
  stateErrors,
} from "../../hypersolver/index.js";
import { measuringReference, referenceEnds, type Samples } from "../../hypersolver/internal.js";
import { decodeFlow } from "../../models/index.js";
import { type Field, heun, type Span } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import type { Complete } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { fail, Random } from "../../tensor/index.js";
import { ffjordField } from "../ffjord.js";
import { baseStates } from "../flow/flow-states.js";
import { jsonCodec } from "../kit/codec.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import { joinRows, type ResultRow } from "../kit/result-row.js";
import { joinedSections } from "../kit/row-tables.js";

const guardTable = {
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "training iterations of the correction of the FFJORD flow",
  },
  repetitions: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "calibrations, each on states of its own",
  },
  calibration: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "states of a calibration, and as many others for the edges of its bins",
  },
  heldOut: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "states that all calibrations are tried on",
  },
} as const;

export type GuardExperimentSpec = Complete<typeof guardTable>;

/** What one calibration was worth at one coverage. */
interface Trial {
  readonly flow: string;
  readonly nominal: number;
  /** Share of the held-out states that end within their bound. */
  readonly coverage: number;
  /** With a guard that 95 % of all errors keep: share solved again, share of these that needed it. */
  readonly refined: number;
  readonly needed: number;
  /** Share of all answers that were kept although they are further off than the guard. */
  readonly missed: number;
  readonly meanNfe: number;
}

interface GuardMetrics {
  readonly trials: readonly Trial[];
}

/** What bounds are measured on. */
interface GuardedFlow {
  readonly field: Field;
  readonly correction: Correction;
  readonly states: StateSource;
  readonly span: Span;
}

const NOMINAL = [0.9, 0.95];
const flowFile = new URL("../../../pretrained/flows/pinwheel/flow.onnx", import.meta.url);
const correctionFile = new URL("../../../pretrained/flows/pinwheel/correction-heun.onnx", import.meta.url);

/** Whether calibrated bounds of errors keep what they promise, and what a guard costs. */
export const guard: Experiment<GuardExperimentSpec> = /* @__PURE__ */ defineExperiment<
  GuardExperimentSpec,
  GuardMetrics
>({
  name: "guard",
  title: "Bounds of errors that nobody measures: coverage over calibrations",
  presets: {
    smoke: { iterations: 60, repetitions: 3, calibration: 200, heldOut: 400 },
    standard: { iterations: 2000, repetitions: 20, calibration: 1000, heldOut: 4000 },
    paper: { iterations: 20_000, repetitions: 20, calibration: 2000, heldOut: 10_000 },
  },
  table: guardTable,
  run: async (spec, run, { seed }) => {
    const trials: Trial[] = [];
    for (const [name, flowOf] of Object.entries({
      "FFJORD, five Gaussians": fittedFlow,
      pinwheel: shippedFlow,
    })) {
      const own = await run.stage({
        name,
        settings: { spec, seed },
        codec: jsonCodec<readonly Trial[]>(),
        make: async (context) => trialsOf(name, await flowOf(spec, seed, context), spec, seed, context),
      });
      trials.push(...own);
      run.note({ trials: [...trials] });
    }
  },
  rows: ({ trials = [] }) =>
    joinRows(trials.map((trial) => [rowOf(trial)])).map(({ key, values }) => ({
      key,
      outcome: Object.fromEntries(Object.entries(values).map(([name, { mean }]) => [name, mean])),
    })),
  report: ({ trials = [], spec }) => ({
    title: guard.title,
    lead: "Mean ± standard deviation over calibrations. The guard is the distance that 95 % of the errors keep.",
    facts: [],
    sections: joinedSections(
      joinRows(trials.map((trial) => [rowOf(trial)])),
      (spec as GuardExperimentSpec).repetitions,
    ),
    footnotes: [
      "Split conformal prediction: V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World, 2005.",
    ],
  }),
});

const rowOf = ({ flow, nominal, coverage, refined, needed, missed, meanNfe }: Trial): ResultRow => ({
  key: { flow, nominal },
  outcome: { coverage, "solved again": refined, "of these needed": needed, missed, "NFE a sample": meanNfe },
});

async function trialsOf(
  flow: string,
  { field, correction, states, span }: GuardedFlow,
  { repetitions, calibration: size, heldOut }: GuardExperimentSpec,
  seed: number,
  context: RunContext,
): Promise<Trial[]> {
  const machine = machineOf(context);
  const [method, reference] = [hyper(correction, { steps: 1 }), measuringReference(field)];
  const samples = states.heldOut(heldOut, new Random(seed));
  const ends = await referenceEnds(field, span, samples, reference, machine);
  const { errors, end } = await measureMethod(field, method, span, samples, ends, machine);
  const guard = stateErrors(end, ends).quantile95;
  const trials: Trial[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    context.signal?.throwIfAborted();
    const random = new Random(seed).fork(`calibration ${repetition}`);
    const drawn = { edges: states.validation(size, random), errors: kept(states, size, random) };
    const calibration = await calibrateSolve(field, method, span, drawn, reference, machine);
    for (const nominal of NOMINAL) {
      if (calibration === undefined) throw tooFew(size);
      const asked = { guard, coverage: nominal };
      const solve = await compileGuardedSolve(field, method, span, calibration, asked, machine);
      const { bounds, refined, statistics } = await solve.run(samples.z0);
      await solve.dispose();
      trials.push({
        ...{ flow, nominal, meanNfe: statistics.meanNfe },
        coverage: shareOf(errors.samples, (error, row) => error <= (bounds[row] ?? 0)),
        refined: refined.length / heldOut,
        needed: statistics.needed / Math.max(1, refined.length),
        missed: shareOf(errors.samples, (error, row) => error > guard && (bounds[row] ?? 0) <= guard),
      });
    }
  }
  return trials;
}

const shareOf = (values: Float64Array, is: (value: number, row: number) => boolean): number =>
  values.filter(is).length / values.length;

/** States that nothing was fitted to or chosen by. */
function kept(states: StateSource, count: number, random: Random): Samples {
  if (states.calibration !== undefined) return states.calibration(count, random);
  throw fail("INVALID_ARGUMENT", {
    what: states.description,
    expected: "states for calibration",
    received: "none",
  });
}

const tooFew = (size: number): Error =>
  fail("INVALID_ARGUMENT", { what: "calibration", expected: "at least 19 states", received: String(size) });

/** The authors' flow, with a correction fitted here. */
async function fittedFlow(
  { iterations }: GuardExperimentSpec,
  seed: number,
  context: RunContext,
): Promise<GuardedFlow> {
  const [field, states] = [await ffjordField(), normalStates([2])];
  const { correction, spec } = await fitCorrection(
    field,
    { base: heun.name, steps: 1, iterations, seed },
    { states },
    context,
  );
  return { field, correction, states, span: spec.span };
}

/** The flow of pinwheels, with the correction that comes with it. */
async function shippedFlow(): Promise<GuardedFlow> {
  const flow = decodeFlow(await host.readShipped(flowFile), "flow.onnx");
  const correction = decodeCorrection(await host.readShipped(correctionFile), "correction-heun.onnx");
  return { field: flow.field, correction, states: baseStates(flow), span: correction.card.span };
}
