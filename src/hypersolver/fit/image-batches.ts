import type { NamedTensors } from "../../runtime/index.js";
import { Random, type Tensor } from "../../tensor/index.js";
import { targetPairs } from "../reference/mesh-pairs.js";
import { type ReferenceBatch, type ReferenceBatches, stateAt } from "../reference/reference-batches.js";
import type { ResidualRows, ResidualSource } from "../reference/residual-rows.js";
import { controlColumn, pointColumn } from "../reference/trajectory-data.js";
import { batchNumber } from "./fit-plan.js";
import type { FitLoss, FitSettings } from "./fit-settings.js";

/** Name of an input of the training program: something of the i-th step that g learns from. */
export const rowInput = (i: number, name: string): string => `${i} ${name}`;
/** Name of an input of the training program: something of the reference trajectories. */
const pathInput = (name: string): string => `path ${name}`;

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
  /** Number of the phase's first mini-batch among all of the fit. */
  readonly offset: number;
}

/** Feeds of the training program, iteration by iteration, in the paper's order of mini-batches. They may begin anywhere. */
export function imageBatches(options: ImageBatchOptions): (iteration: number) => Promise<NamedTensors> {
  const { fit, loss, references, residuals, offset } = options;
  const random = new Random(fit.seed).fork(`mesh points of ${loss}`);
  // Nothing else holds on to `first`, so that its rows go when the next mini-batch comes.
  let current = options.first && { ...options.first, number: offset };
  let drawn = 0;
  return async (iteration) => {
    const number = offset + batchNumber(fit, iteration);
    if (current?.number !== number) current = { number, batch: await references.at(number), rows: undefined };
    if (loss !== "trajectory" && current.rows === undefined)
      current = { ...current, rows: await residuals.rows(current.batch) };
    const { batch, rows = [] } = current;
    // Points that a resumed fit does not see are drawn all the same.
    for (; drawn < iteration && loss !== "trajectory"; drawn++) learnedRows(rows.length, fit, random);
    drawn++;
    return {
      ...(loss !== "trajectory" && rowFeeds(rows, learnedRows(rows.length, fit, random))),
      ...(loss !== "residual" && pathFeeds(batch, fit)),
    };
  };
}

/** Number of steps that one iteration of residual fitting learns from. */
export const learnedSteps = ({ meshPoints }: FitSettings, all: number): number =>
  Math.min(meshPoints ?? all, all);

/** Numbers of the steps to learn from: all, or some drawn at random. */
function learnedRows(all: number, fit: FitSettings, random: Random): readonly number[] {
  const count = learnedSteps(fit, all);
  return count < all ? [...random.permutation(all).subarray(0, count)] : [...Array(all).keys()];
}

/** Those steps of the batch. */
function rowFeeds(rows: readonly ResidualRows[], learned: readonly number[]): NamedTensors {
  const entries = learned.flatMap((row, i) =>
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
