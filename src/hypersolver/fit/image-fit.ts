import { add, cast, type InputSpec, mul, type NamedNodes, type Node, sum } from "../../graph/index.js";
import type { AdaptiveMethod, Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { adamw, compileTraining, type Training } from "../../optim/index.js";
import type { TrainerPhase } from "../../optim/internal.js";
import type { NamedTensors } from "../../runtime/index.js";
import { Random, type Tensor } from "../../tensor/index.js";
import { withPrefix } from "../../tensor/internal.js";
import {
  type ConvNetworkOptions,
  convCorrection,
  requireKernels,
  withFoldedChannels,
} from "../correction/conv-network.js";
import type { Correction } from "../correction/correction.js";
import { inputShapes, requireImages } from "../correction/input-shapes.js";
import { columnStatistics, rootMeanSquare } from "../correction/statistics.js";
import { chooseImageReference, endpointReference, requireGoing } from "../reference/image-reference.js";
import { referenceBatches } from "../reference/reference-batches.js";
import { SOLVING_REFERENCES } from "../reference/reference-data.js";
import { type ResidualRows, residualSource } from "../reference/residual-rows.js";
import { RESIDUAL } from "../reference/training-data.js";
import { batchNumber, FITTING, FITTING_TRAJECTORIES, type FitPlan } from "./fit-plan.js";
import type { FitLoss, FitSettings } from "./fit-settings.js";
import { fitTrainer } from "./fit-trainer.js";
import {
  type ImageBatchOptions,
  imageBatches,
  learnedSteps,
  pathFeeds,
  rowInput,
  type UnfoldedBatch,
} from "./image-batches.js";
import { fitSchedule } from "./learning-rate.js";
import { residualDistance, trajectoryDistance } from "./losses.js";
import { requireStart } from "./starting-from.js";
import { compileValidation, verdictOf } from "./validation.js";
import { CLIP_NORM } from "./vector-fit.js";

/** Images to validate on. */
const VALIDATION_SAMPLES = 64;

/**
 * A fit of convolutions on image states. Only reference states are kept, within `referenceMemory`; the inputs of g are
 * computed for one mini-batch at a time. The first mini-batch gives the statistics.
 */
export async function planImageFit(field: Field, fit: FitSettings): Promise<FitPlan> {
  const size = imageSize(field);
  requireImages(inputShapes(field, fit.base, fit), size);
  requireKernels({ hidden: fit.hidden, kernels: fit.kernels ?? [] });
  requireGoing(fit.context.signal);
  const { reference, noiseFloor } = await chooseImageReference(field, fit);
  const open: { dispose(): Promise<void> }[] = [];
  const kept = <T extends { dispose(): Promise<void> }>(resource: T): T => {
    open.push(resource);
    return resource;
  };
  const dispose = async (): Promise<void> => {
    for (const resource of open) await resource.dispose();
  };
  try {
    const references = kept(await referenceBatches(field, fit, reference));
    const residuals = kept(await residualSource(field, fit));
    fit.context.onProgress?.({ stage: SOLVING_REFERENCES, done: 0, total: fit.batch });
    const batch = await references.at(0);
    const first: UnfoldedBatch = { batch, rows: await residuals.rows(batch) };
    fit.context.onProgress?.({ stage: SOLVING_REFERENCES, done: fit.batch, total: fit.batch });
    requireGoing(fit.context.signal);
    const network = networkOptions(field, fit, first.rows ?? []);
    const fresh = convCorrection({ base: fit.base, ...network }, new Random(fit.seed).fork("network"));
    const initial = fit.initial === undefined ? fresh : requireStart(fit.initial, fit, fresh);
    const validation = kept(await validationOf(field, initial, fit, reference));
    return {
      settings: fit,
      reference,
      noiseFloor,
      dispose,
      task: {
        initial: initial.parameters,
        phases: phasesOf(field, initial, { fit, references, residuals }, first),
        validate: (parameters) => verdictOf(validation, parameters),
        keepsInitial: true,
      },
      finished: (parameters) => {
        const trained = { ...initial, parameters };
        return fit.initial === undefined ? withFoldedChannels(network, trained) : trained;
      },
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

const validationOf = (
  field: Field,
  initial: Correction,
  fit: FitSettings,
  reference: AdaptiveMethod,
): ReturnType<typeof compileValidation> =>
  compileValidation(field, initial, fit, endpointReference(reference), {
    samples: VALIDATION_SAMPLES,
    relative: true,
  });

function imageSize(field: Field): readonly [number, number] {
  const [, , height = 1, width = 1] = stateType(field).shape.map(Number);
  return [height, width];
}

/** The network, scaled by the statistics of one mini-batch: thousands of pixels at every mesh point. */
function networkOptions(field: Field, fit: FitSettings, rows: readonly ResidualRows[]): ConvNetworkOptions {
  const { base, inputs, features, hidden, kernels = [], activation } = fit;
  const shapes = inputShapes(field, base, fit);
  const of = (name: string): Tensor[] => rows.map((row) => row[name] as Tensor);
  const statistics = Object.fromEntries(
    Object.keys(shapes).map((name) => [name, columnStatistics(...of(name))]),
  );
  const scale = rootMeanSquare(columnStatistics(...of(RESIDUAL)));
  const layers = { hidden, kernels, activation, size: imageSize(field) };
  return { inputs, features, ...layers, shapes, statistics, scale };
}

type PhaseSources = Pick<ImageBatchOptions, "fit" | "references" | "residuals">;

function phasesOf(
  field: Field,
  correction: Correction,
  sources: PhaseSources,
  first: UnfoldedBatch,
): TrainerPhase[] {
  const { fit } = sources;
  const { iterations, trajectoryIterations, learningRate, finalLearningRate } = fit;
  const inputs = programInputs(fit, first);
  type Course = Pick<TrainerPhase, "stage" | "iterations" | "learningRate">;
  const phase = (loss: FitLoss, course: Course, batches: ImageBatchOptions): TrainerPhase => ({
    name: loss,
    ...course,
    start: async ({ best: parameters }) =>
      fitTrainer(
        await compilePhase(field, correction, fit, { loss, inputs, parameters }),
        imageBatches(batches),
      ),
  });
  const main = phase(
    fit.loss,
    { stage: FITTING, iterations, learningRate: fitSchedule(iterations, learningRate, finalLearningRate) },
    { ...sources, loss: fit.loss, first, offset: 0 },
  );
  if (trajectoryIterations === 0) return [main];
  const rate = fitSchedule(trajectoryIterations, fit.trajectoryLearningRate, finalLearningRate / 10);
  const later = phase(
    "trajectory",
    { stage: FITTING_TRAJECTORIES, iterations: trajectoryIterations, learningRate: rate },
    {
      ...sources,
      loss: "trajectory",
      // Trajectory fitting refines what is there already: nothing to pretrain.
      fit: { ...fit, pretrain: 0 },
      offset: batchNumber(fit, iterations - 1) + 1,
    },
  );
  return [main, later];
}

/** Types of what the training programs are given, as the first mini-batch has them. */
interface ProgramInputs {
  /** Of each step that residual fitting learns from. */
  readonly row: Readonly<Record<string, InputSpec>>;
  readonly steps: number;
  readonly paths: Readonly<Record<string, InputSpec>>;
}

function programInputs(fit: FitSettings, { batch, rows = [] }: UnfoldedBatch): ProgramInputs {
  const types = (values: NamedTensors): Record<string, InputSpec> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeOf(value)]));
  return {
    row: types(rows[0] ?? {}),
    steps: learnedSteps(fit, rows.length),
    paths: types(pathFeeds(batch, fit)),
  };
}

interface PhaseProgram {
  readonly loss: FitLoss;
  readonly inputs: ProgramInputs;
  readonly parameters: NamedTensors;
}

/** The training program of one loss: g alone for residuals, K steps through f for trajectories. */
function compilePhase(
  field: Field,
  correction: Correction,
  fit: FitSettings,
  { loss: kind, inputs: { row, steps, paths }, parameters }: PhaseProgram,
): Promise<Training> {
  const learned = [...Array(kind === "trajectory" ? 0 : steps).keys()];
  const rows = learned.flatMap((i) =>
    Object.entries(row).map(([name, type]) => [rowInput(i, name), type] as const),
  );
  const batch: Record<string, InputSpec> = {
    ...Object.fromEntries(rows),
    ...(kind !== "residual" && paths),
  };
  const loss = (weights: NamedNodes, inputs: NamedNodes): Node => {
    const distances = learned.map((i) => residualDistance(correction, weights, withPrefix(inputs, `${i} `)));
    const terms = distances.length === 0 ? [] : [mul(sum(...distances), 1 / steps)];
    if (kind !== "residual")
      terms.push(
        cast(trajectoryDistance(field, correction, weights, withPrefix(inputs, "path "), fit), "float32"),
      );
    return terms.reduce((total, term) => add(total, term));
  };
  return compileTraining(
    {
      parameters,
      batch,
      loss,
      rowwise: true,
      optimizer: adamw({ weightDecay: fit.weightDecay }),
      clipNorm: CLIP_NORM,
    },
    { hot: true, ...fit.compile },
  );
}

/** Tensors of a mini-batch have a row for each sample. */
const typeOf = ({ shape: [, ...rest], dtype }: Tensor): InputSpec => ({ shape: ["batch", ...rest], dtype });
