import type { Shape } from "../../../tensor/index.js";
import type { Graph } from "../../graph.js";
import type { Node } from "../../node.js";
import { isRowWise } from "../../rows.js";
import type { TensorType } from "../../tensor-type.js";
import { batchCount, type Count } from "./count.js";
import type { Readings } from "./readings.js";

/**
 * The batch that a file of fixed sizes was exported with: the leading size of its first input of two axes or more.
 * Undefined where some input has a dynamic axis, or none looks like samples.
 */
export function fixedBatch(types: readonly TensorType[]): number | undefined {
  if (types.some(({ shape }) => shape.includes("batch"))) return undefined;
  const size = types.find(({ shape }) => shape.length >= 2)?.shape[0];
  return typeof size === "number" ? size : undefined;
}

/** An input with that many samples, for any number of them. One number for all samples, [1], stays. */
export function freed({ dtype, shape }: TensorType, batch: number): TensorType {
  const [first, ...rest] = shape;
  const isShared = shape.length === 1 && first === 1;
  return { dtype, shape: first === batch && !isShared ? ["batch", ...rest] : shape };
}

/** Whether a freed graph really computes every row for itself. */
export const keepsRowsApart = ({ outputs }: Graph): boolean =>
  Object.values(outputs).every(({ shape }) => shape[0] === "batch" && !shape.slice(1).includes("batch")) &&
  isRowWise(Object.values(outputs));

/** What is taken for any batch beside the inputs. */
export interface Freed {
  readonly batch: number;
  /** Stored numbers count as made for the samples, as `torch.ones(b, 1)` is stored for a fixed batch, where they can. */
  readonly constants: boolean;
  /** A size may equal the batch by chance: which ones are taken for it. */
  readonly readings: Readings;
}

const exported = new WeakMap<Node, Freed>();

/** Notes the batch that was written into a file whose inputs are read for any. */
export function noteFreed(source: Node, freedFrom: Freed): void {
  exported.set(source, freedFrom);
}

/** The batch written into sizes of a freed file; undefined for a file that was exported for any batch. */
export const writtenBatch = (source: Node | undefined): number | undefined =>
  source && exported.get(source)?.batch;

/** The axis of stored numbers that counts samples: the first or, as in states of LSTMs, the second. */
export function axisOfSamples(shape: Shape, source: Node | undefined): number | undefined {
  const known = source && exported.get(source);
  return known?.constants === true ? axisOfBatch(shape, known) : undefined;
}

/** Sizes of something new in which the written batch, as first or second one, becomes any. */
export function freedSizes(sizes: readonly Count[], source: Node | undefined): readonly Count[] {
  const known = source && exported.get(source);
  if (known === undefined || sizes.some((size) => typeof size !== "number")) return sizes;
  const axis = axisOfBatch(sizes, known);
  return axis === undefined ? sizes : sizes.with(axis, batchCount);
}

/** One of the first two axes, or none of them, whatever fits the rest of the file. One is no telling size. */
function axisOfBatch(sizes: readonly unknown[], { batch, readings }: Freed): number | undefined {
  const axes = batch < 2 ? [] : [0, 1].filter((axis) => sizes[axis] === batch);
  return axes.length === 0 ? undefined : axes[readings.pick(axes.length + 1)];
}

/** Ways to read fixed sizes of `total` elements a sample as those of any batch: one of them is so many rows a sample. */
export function freedShapes(
  entries: readonly number[],
  elementsPerSample: number,
  batch: number,
): readonly (readonly Count[])[] {
  const given = entries.filter((entry) => entry !== -1).reduce((a, b) => a * b, 1);
  const sizes = entries.map((entry) => (entry === -1 ? (elementsPerSample * batch) / given : entry));
  return sizes.flatMap((size, axis) =>
    size % batch === 0 ? [sizes.map((own, i): Count => (i === axis ? rowsOf(size / batch) : own))] : [],
  );
}

const rowsOf = (perRow: number): Count => ({ constant: 0, perRow });
