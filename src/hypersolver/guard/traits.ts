import {
  add,
  cast,
  concat,
  log,
  mul,
  type NamedNodes,
  type Node,
  reduceSum,
  reshape,
  sqrt,
  square,
  sub,
} from "../../graph/index.js";
import type { StepRecord } from "../../ode/internal.js";
import { sizeOf } from "../../tensor/index.js";

/** What a solve went through, as nodes. */
export interface SolveTrace {
  readonly z0: Node;
  readonly controls: NamedNodes;
  readonly end: Node;
  /** One a step. */
  readonly records: readonly StepRecord[];
}

/** Columns of states that are told as they are, and sizes of corrections and of differences, at most. */
const MOST = { columns: 48, sizes: 8 };
/** Keeps logarithms of nothing finite. */
const TINY = 1e-12;

/**
 * What a solve knows of each sample without another evaluation of f, [batch, traits], float32: logarithms of the norms of z0, of
 * the end, of how far it went, of what corrections added and of how evaluations of f differ; and the columns of z0, of the end,
 * of controls, corrections and evaluations, as far as there is room. Images tell the means of their channels, sequences of their
 * features.
 */
export function traitsOf({ z0, controls, end, records }: SolveTrace): Node {
  const corrections = records.flatMap(({ correction }) => correction ?? []);
  const stages = [...new Set(records.flatMap((record) => record.stages))];
  const differences = stages.slice(1).map((stage, i) => sub(stage, stages[i] as Node));
  const sizes = [
    z0,
    end,
    sub(end, z0),
    ...corrections.slice(0, MOST.sizes),
    ...differences.slice(0, MOST.sizes),
  ].map((change) => reshape(log(add(rowNorms(change), TINY)), [change.shape[0] ?? 1, 1]));
  const columns: Node[] = [];
  let width = 0;
  for (const value of [z0, end, ...Object.values(controls), ...corrections, ...stages]) {
    const told = asColumns(value);
    const own = Number(told?.shape[1] ?? Number.NaN);
    // Beside those of the batch there are others: a control may be one for all.
    if (told === undefined || told.shape[0] !== z0.shape[0] || !(width + own <= MOST.columns)) continue;
    columns.push(told);
    width += own;
  }
  return concat(
    [...sizes, ...columns].map((each) => cast(each, "float32")),
    1,
  );
}

/** Columns as they are, one number as a column, images as means of channels, sequences as means of features. */
function asColumns(value: Node): Node | undefined {
  const { shape } = value;
  if (shape.length < 2) return shape.length === 0 ? undefined : reshape(value, [...shape, 1]);
  if (shape.length === 2) return value;
  const averaged = shape.length === 3 ? [1] : shape.slice(2).map((_, i) => i + 2);
  const count = sizeOf(averaged.map((axis) => Number(shape[axis])));
  return mul(reduceSum(value, averaged, false), 1 / count);
}

/** Euclidean norms of samples, [batch]. */
export function rowNorms(x: Node): Node {
  const axes = x.shape.slice(1).map((_, i) => i + 1);
  return reshape(sqrt(reduceSum(square(x), axes, false)), [x.shape[0] ?? 1]);
}
