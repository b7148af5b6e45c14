import type { RunContext } from "../../runtime/index.js";
import { Random } from "../../tensor/index.js";
import { jsonCodec } from "../kit/codec.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import { joinRows, type ResultRow } from "../kit/result-row.js";
import { joinedSections } from "../kit/row-tables.js";
import { type DoubtTrial, guardDoubts, shiftedStates } from "./guard-doubts.js";
import { type GuardExperimentSpec, guardTable } from "./guard-table.js";
import { calibrationOf, type GuardTrial, guardGround, guardTrials } from "./guard-trials.js";
import { fittedFlow, type GuardedFlow, shippedFlow } from "./guarded-flow.js";

interface Found {
  readonly trials: readonly GuardTrial[];
  readonly doubts: readonly DoubtTrial[];
}

/** States of each kind that a calibration was not made for. */
const SHIFTED = 1000;

/** Whether calibrated bounds of errors keep what they promise, what a guard costs, and what it notices. */
export const guard: Experiment<GuardExperimentSpec> = /* @__PURE__ */ defineExperiment<
  GuardExperimentSpec,
  Found
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
    let found: Found = { trials: [], doubts: [] };
    for (const [name, flowOf] of Object.entries({
      "FFJORD, five Gaussians": fittedFlow,
      pinwheel: shippedFlow,
    })) {
      const own = await run.stage({
        name,
        settings: { spec, seed },
        codec: jsonCodec<Found>(),
        make: async (context) =>
          foundOf(name, await flowOf(spec.iterations, seed, context), spec, seed, context),
      });
      found = { trials: [...found.trials, ...own.trials], doubts: [...found.doubts, ...own.doubts] };
      run.note(found);
    }
  },
  rows: ({ trials = [], doubts = [] }) =>
    joinRows(rowsOf({ trials, doubts }).map((row) => [row])).map(({ key, values }) => ({
      key,
      outcome: Object.fromEntries(Object.entries(values).map(([name, { mean }]) => [name, mean])),
    })),
  report: ({ trials = [], doubts = [], spec }) => ({
    title: guard.title,
    lead:
      "Mean ± standard deviation over calibrations. The guard is the distance that 95 % of the errors keep. " +
      "In the second table shares are of calibrations (refused, noticed, spotted) and of states (the others), at a coverage of 0.95.",
    facts: [],
    sections: joinedSections(
      joinRows(rowsOf({ trials, doubts }).map((row) => [row])),
      (spec as GuardExperimentSpec).repetitions,
    ),
    footnotes: [
      "Split conformal prediction: V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World, 2005.",
    ],
  }),
});

const rowsOf = ({ trials, doubts }: Found): ResultRow[] => [...trials.map(trialRow), ...doubts.map(doubtRow)];

const trialRow = ({ flow, nominal, coverage, ...found }: GuardTrial): ResultRow => ({
  key: { flow, nominal },
  outcome: {
    coverage,
    "rank correlation": found.rankCorrelation,
    "solved again": found.refined,
    "of these needed": found.needed,
    missed: found.missed,
    "NFE a sample": found.meanNfe,
  },
});

const doubtRow = ({ flow, changed, ...found }: DoubtTrial): ResultRow => ({
  key: { flow, changed },
  outcome: {
    coverage: found.coverage,
    "missed by bounds alone": found.missed,
    refused: found.refused,
    noticed: found.noticed,
    "spotted by 20": found.spotted,
    "missed by the guard": found.passed,
  },
});

async function foundOf(
  name: string,
  flow: GuardedFlow,
  { repetitions, calibration: size, heldOut }: GuardExperimentSpec,
  seed: number,
  context: RunContext,
): Promise<Found> {
  const ground = await guardGround(flow, heldOut, seed, context);
  const few = await guardGround(flow, Math.min(SHIFTED, heldOut), seed + 1, context);
  const shifted = await shiftedStates(flow, few, seed, context);
  const trials: GuardTrial[] = [];
  const doubts: DoubtTrial[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    context.signal?.throwIfAborted();
    const random = new Random(seed).fork(`calibration ${repetition}`);
    const calibration = await calibrationOf(flow, size, random, context);
    trials.push(...(await guardTrials(name, flow, ground, calibration, context)));
    doubts.push(...(await guardDoubts(name, flow, ground, shifted, { calibration, random }, context)));
  }
  return { trials, doubts };
}
