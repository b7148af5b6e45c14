import {
  type Correction,
  compileAdversarialMeasure,
  fitCorrection,
  hyper,
  type StateSource,
} from "../../hypersolver/index.js";
import { drawnStates } from "../../hypersolver/internal.js";
import { trainPenalized } from "../../models/index.js";
import type { Field } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import type { Complete } from "../../spec/index.js";
import { most } from "../../spec/internal.js";
import { type Broken, Random, unlessItBreaks } from "../../tensor/index.js";
import { jsonCodec } from "../kit/codec.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import { type ResultRow, resultRow } from "../kit/result-row.js";
import { rowSections } from "../kit/row-tables.js";
import { SPAN, spiralAccuracy, spiralTask, stateOf } from "./spiral-task.js";
import { spiralPoints } from "./spirals.js";

const regularizerTable = {
  weights: { type: "list", of: { type: "number", min: 0 }, required: true, help: "λ, one training each" },
  iterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "of each training",
  },
  fitIterations: {
    type: "integer",
    min: 1,
    max: most.iterations as number,
    required: true,
    help: "of residual fitting of g, before a training and after it",
  },
  hidden: {
    type: "list",
    of: { type: "integer", min: 1, max: most.width as number },
    required: true,
    help: "widths of the hidden layers of field and g",
  },
  steps: { type: "integer", min: 1, max: most.steps as number, required: true, help: "steps of Heun" },
  batch: { type: "integer", min: 1, max: most.batch as number, required: true, help: "points a mini-batch" },
  heldOut: {
    type: "integer",
    min: 1,
    max: most.samples as number,
    required: true,
    help: "points to measure on",
  },
} as const;

export type RegularizerSpec = Complete<typeof regularizerTable>;

/** A field that was trained with a penalty, and how well it is solved. */
interface Penalized {
  readonly weight: number;
  readonly numbers: PenalizedNumbers | Broken;
}

interface PenalizedNumbers {
  /** By dopri5 at 1e-3. */
  readonly accuracy: number;
  /** By the hypersolver that learned alongside. */
  readonly hyperAccuracy: number;
  /** Mean Euclidean norm of states at the end: a field may be solved better for moving states less. */
  readonly size: number;
  /** Mean Euclidean errors at the end over it: of that hypersolver, of one that was fitted afterwards, and of the base. */
  readonly error: number;
  readonly refitted: number;
  readonly baseError: number;
  readonly nfe: number;
  readonly eigenvalue: number;
}

interface RegularizerMetrics {
  readonly trainings: readonly Penalized[];
}

/** Task loss + λ · error of a hypersolver: does it find fields that are as good, and solved better? */
export const regularizer: Experiment<RegularizerSpec> = /* @__PURE__ */ defineExperiment<
  RegularizerSpec,
  RegularizerMetrics
>({
  name: "regularizer",
  title: "The error of a hypersolver as a penalty in the training of its field",
  presets: {
    smoke: {
      weights: [0, 0.1],
      iterations: 20,
      fitIterations: 20,
      hidden: [8],
      steps: 2,
      batch: 32,
      heldOut: 100,
    },
    standard: {
      weights: [0, 0.1, 1],
      iterations: 600,
      fitIterations: 500,
      hidden: [32, 32],
      steps: 2,
      batch: 128,
      heldOut: 1000,
    },
    paper: {
      weights: [0, 0.001, 0.01, 0.1, 1, 10],
      iterations: 5000,
      fitIterations: 4000,
      hidden: [64, 64],
      steps: 2,
      batch: 256,
      heldOut: 4000,
    },
  },
  table: regularizerTable,
  run: async (spec, run, { seed }) => {
    const trainings: Penalized[] = [];
    for (const weight of spec.weights) {
      const numbers = await run.stage<PenalizedNumbers | Broken>({
        name: `weight ${weight}`,
        settings: { spec: { ...spec, weights: undefined }, weight, seed },
        codec: jsonCodec(),
        make: (context) => unlessItBreaks(penalized(weight, spec, seed, context)),
      });
      trainings.push({ weight, numbers });
      run.note({ trainings: [...trainings] });
    }
  },
  rows: ({ trainings = [] }) => trainings.map(rowOf),
  report: ({ trainings = [] }) => ({
    title: regularizer.title,
    lead: "Neural ODEs that tell two spiral arms apart, trained with cross-entropy + λ Σ ‖z_k − z̄_k‖; HyperHeun learns the distance alongside, for λ = 0 as well. Errors are mean distances to dopri5 at 1e-8 at s = 1, over the mean norm of the states there.",
    facts: [],
    sections: rowSections(trainings.map(rowOf)),
    footnotes: ["Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, section 6."],
  }),
});

const rowOf = ({ weight, numbers }: Penalized): ResultRow =>
  resultRow({ λ: weight }, numbers, (found) => ({
    "accuracy by dopri5": found.accuracy,
    "by the hypersolver": found.hyperAccuracy,
    "its relative error": found.error,
    "fitted afterwards": found.refitted,
    "Heun's error": found.baseError,
    "size of states": found.size,
    "dopri5's evaluations": found.nfe,
    "largest |λ| of ∂f/∂z": found.eigenvalue,
  }));

const spiralStates: StateSource = drawnStates("two spiral arms", (count, random) =>
  stateOf(spiralPoints(count, random)),
);

async function penalized(
  weight: number,
  { iterations, fitIterations, hidden, steps, batch, heldOut }: RegularizerSpec,
  seed: number,
  context: RunContext,
): Promise<PenalizedNumbers> {
  const machine = machineOf(context);
  const task = spiralTask(hidden, batch, seed, machine);
  const fitted = async (field: Field): Promise<Correction> => {
    const spec = { base: "heun", steps, iterations: fitIterations, hidden, seed, trajectories: 2048 };
    return (await fitCorrection(field, spec, { states: spiralStates }, context)).correction;
  };
  const trained = await trainPenalized(
    task,
    await fitted(task.field),
    { iterations, steps, weight, learningRate: 0.01, validations: 4 },
    {},
    context,
  );
  const refitted = await fitted(trained.field);
  const points = spiralPoints(heldOut, new Random(seed).fork("held out"));
  const samples = { z0: stateOf(points), controls: {} };
  const place = { span: SPAN, steps, referenceSteps: 2 };
  const { field, correction, parameters } = trained;
  const measured = async (own: Correction) => {
    const measure = await compileAdversarialMeasure(field, own, place, samples, machine);
    try {
      return await measure.of(field.parameters, own.parameters);
    } finally {
      await measure.dispose();
    }
  };
  const alongside = await measured(correction);
  return {
    accuracy: await spiralAccuracy(field, parameters, "dopri5@1e-3", points, machine),
    hyperAccuracy: await spiralAccuracy(field, parameters, hyper(correction, { steps }), points, machine),
    size: alongside.size,
    error: alongside.error / alongside.size,
    refitted: (await measured(refitted)).error / alongside.size,
    baseError: alongside.baseError / alongside.size,
    nfe: alongside.nfe,
    eigenvalue: alongside.eigenvalue,
  };
}
