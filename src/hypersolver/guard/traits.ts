import {
  add,
  cast,
  concat,
  constant,
  gemm,
  log,
  mul,
  type NamedNodes,
  type Node,
  reduceSum,
  reshape,
  sqrt,
  square,
  sub,
  transpose,
} from "../../graph/index.js";
import type { StepRecord } from "../../ode/internal.js";
import { cast as castTensor, fromNumbers, sizeOf, type Tensor } from "../../tensor/index.js";

/** What a solve went through, as nodes. */
export interface SolveTrace {
  readonly z0: Node;
  readonly controls: NamedNodes;
  readonly end: Node;
  /** One a step. */
  readonly records: readonly StepRecord[];
}

/** Most columns that are traits themselves, and most norms of corrections and of differences. */
const MOST = { columns: 48, sizes: 8 };
/** Keeps logarithms of nothing finite. */
const TINY = 1e-12;
/** Columns of a state up to which products transpose it, and sum squares. */
const NARROW = 16;

/**
 * What a solve knows of each sample without another evaluation of f, [traits, batch], float32: logarithms of the norms of z0, of
 * the end, of how far it went, of what corrections added and of how evaluations of f differ; and the columns of z0, of the end,
 * of controls, corrections and evaluations, as far as there is room; of images the means of channels, of sequences those of
 * features. A trait is a row, since samples are many: what works on a few columns of many rows takes several times as long.
 */
export function traitsOf({ z0, controls, end, records }: SolveTrace): Node {
  const corrections = records.flatMap(({ correction }) => correction ?? []);
  const stages = [...new Set(records.flatMap((record) => record.stages))];
  const rows: Node[] = [];
  let width = 0;
  for (const value of [z0, end, ...Object.values(controls), ...corrections, ...stages]) {
    // Controls may be integers, of which there are no products.
    const columns = asColumns(cast(value, "float32"));
    const own = Number(columns?.shape[1] ?? Number.NaN);
    // A control may have one value for the whole batch.
    if (columns === undefined || columns.shape[0] !== z0.shape[0] || !(width + own <= MOST.columns)) continue;
    rows.push(asRows(columns));
    width += own;
  }
  const some = corrections.slice(0, MOST.sizes);
  const sizes = log(add(sqrt(squaredSizes(z0, end, some, stages.slice(0, MOST.sizes + 1))), TINY));
  return concat([sizes, ...rows], 0);
}

/** Squared norms of z0, of the end, of how far it went, of corrections and of the differences of stages, [these, batch]. */
function squaredSizes(z0: Node, end: Node, corrections: readonly Node[], stages: readonly Node[]): Node {
  const width = z0.shape.length === 2 ? Number(z0.shape[1]) : Number.POSITIVE_INFINITY;
  const isNarrow = width <= NARROW;
  const as = (value: Node): Node => (isNarrow ? asRows(value) : value);
  const changes = [
    as(z0),
    as(end),
    sub(as(end), as(z0)),
    ...corrections.map(as),
    ...stages.slice(1).map((stage, i) => sub(as(stage), as(stages[i] as Node))),
  ].map((change) => cast(change, "float32"));
  if (!isNarrow)
    return concat(
      changes.map((change) => reshape(squaredNorms(change), [1, z0.shape[0] ?? 1])),
      0,
    );
  const count = changes.length;
  const isOwn = matrix(count, count * width, (change, column) =>
    Number(Math.floor(column / width) === change),
  );
  return gemm(constant(isOwn), square(concat(changes, 0)));
}

/**
 * [batch, n] as [n, batch]. A few columns by a product, which stays where it is: ONNX Runtime moves a transposition behind the
 * operators that follow it, and they would work on columns again.
 */
function asRows(columns: Node): Node {
  const width = Number(columns.shape[1]);
  if (width > NARROW) return transpose(columns);
  const identity = matrix(width, width, (i, j) => Number(i === j));
  return gemm(constant(castTensor(identity, columns.dtype)), columns, undefined, { transposeB: true });
}

const matrix = (rows: number, columns: number, element: (row: number, column: number) => number): Tensor =>
  fromNumbers(
    Array.from({ length: rows * columns }, (_, at) => element(Math.floor(at / columns), at % columns)),
    [rows, columns],
  );

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
export const rowNorms = (x: Node): Node => sqrt(squaredNorms(x));

function squaredNorms(x: Node): Node {
  const axes = x.shape.slice(1).map((_, i) => i + 1);
  return reshape(reduceSum(square(x), axes, false), [x.shape[0] ?? 1]);
}
