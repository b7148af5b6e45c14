import type { NamedTensors } from "../../runtime/index.js";
import { Random, type Tensor } from "../../tensor/index.js";
import { targetPairs } from "../reference/mesh-pairs.js";
import { type ReferenceBatch, type ReferenceBatches, stateAt } from "../reference/reference-batches.js";
import type { ResidualRows, ResidualSource } from "../reference/residual-rows.js";
import { controlColumn, pointColumn } from "../reference/trajectory-data.js";
import type { FitLoss, FitSettings } from "./fit-options.js";
import { batchDue } from "./fit-plan.js";

/** Name of an input of the training program: something of the i-th step that g learns from. */
export const rowInput = (i: number, name: string): string => `${i} ${name}`;
/** Name of an input of the training program: something of the reference trajectories. */
export const pathInput = (name: string): string => `path ${name}`;

/** A mini-batch ready for the training programs. */
export interface UnfoldedBatch {
  readonly batch: ReferenceBatch;
  /** Made when a residual loss asks for them. */
  readonly rows: readonly ResidualRows[] | undefined;
}

/** Where the mini-batches of a phase come from. */
export interface ImageBatchOptions {
  readonly fit: FitSettings;
  readonly loss: FitLoss;
  readonly references: ReferenceBatches;
  readonly residuals: ResidualSource;
  /** The mini-batch that statistics were taken from, where it is the first to be learned from. */
  readonly first?: UnfoldedBatch;
}

/** Feeds of the training program, iteration by iteration, in the paper's order of mini-batches. */
export function imageBatches(options: ImageBatchOptions): (iteration: number) => Promise<NamedTensors> {
  const { fit, loss, references, residuals, first } = options;
  const random = new Random(fit.seed).fork(`mesh points of ${loss}`);
  // Nothing else holds on to `first`, so that its rows go when the next mini-batch comes.
  let current = first;
  return async (iteration) => {
    if (current === undefined || batchDue(fit, iteration))
      current = { batch: await references.next(), rows: undefined };
    if (loss !== "trajectory" && current.rows === undefined)
      current = { ...current, rows: await residuals.rows(current.batch) };
    return {
      ...(loss !== "trajectory" && rowFeeds(current.rows ?? [], fit, random)),
      ...(loss !== "residual" && pathFeeds(current.batch, fit)),
    };
  };
}

/** Number of steps that one iteration of residual fitting learns from. */
export const learnedSteps = ({ meshPoints }: FitSettings, all: number): number =>
  Math.min(meshPoints ?? all, all);

/** All steps of the batch, or some drawn at random. */
function rowFeeds(rows: readonly ResidualRows[], fit: FitSettings, random: Random): NamedTensors {
  const count = learnedSteps(fit, rows.length);
  const order = count < rows.length ? [...random.permutation(rows.length)] : [...rows.keys()];
  const entries = order
    .slice(0, count)
    .flatMap((row, i) =>
      Object.entries(rows[row] ?? {}).map(([name, value]) => [rowInput(i, name), value] as const),
    );
  return Object.fromEntries(entries);
}

/** Reference states at the points of the target mesh, and controls. */
export function pathFeeds(batch: ReferenceBatch, { span, steps }: FitSettings): NamedTensors {
  const points = [span[0], ...targetPairs(span, steps).map(({ end }) => end)];
  const states = points.map((time, k): [string, Tensor] => [pathInput(pointColumn(k)), stateAt(batch, time)]);
  const controls = Object.entries(batch.controls).map(([name, value]): [string, Tensor] => [
    pathInput(controlColumn(name)),
    value,
  ]);
  return Object.fromEntries([...states, ...controls]);
}
