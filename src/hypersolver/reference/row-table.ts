import { type NamedNodes, type Node, reshape, slice } from "../../graph/index.js";
import { type Random, rows, sizeOf, type Tensor, tensor } from "../../tensor/index.js";

/** Which columns of a table hold which tensor, and its shape without the batch. */
interface Column {
  readonly start: number;
  readonly end: number;
  readonly shape: readonly number[];
}

/** Training examples, one a row, side by side in one float32 matrix: one input of the training program. */
export interface RowTable {
  readonly columns: Readonly<Record<string, Column>>;
  readonly data: Tensor;
}

/** Collects parts of equal columns, then shuffles them once into a table. */
export class RowTableBuilder {
  readonly #parts: Readonly<Record<string, Tensor>>[] = [];

  /** Adds rows: every tensor [rows, …] under its name, the same names every time. */
  add(part: Readonly<Record<string, Tensor>>): void {
    this.#parts.push(part);
  }

  /** All rows in random order, so that any run of neighbors is a fair batch. */
  shuffled(random: Random): RowTable {
    const [first = {}] = this.#parts;
    const columns: Record<string, Column> = {};
    let width = 0;
    for (const [name, { shape }] of Object.entries(first)) {
      const size = sizeOf(shape.slice(1));
      columns[name] = { start: width, end: width + size, shape: shape.slice(1) };
      width += size;
    }
    const counts = this.#parts.map((part) => Object.values(part)[0]?.shape[0] ?? 0);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const order = random.permutation(total);
    const data = new Float32Array(total * width);
    let offset = 0;
    for (const [i, part] of this.#parts.entries()) {
      for (const [name, { start, end }] of Object.entries(columns)) {
        scatter(part[name] as Tensor, data, order, { offset, start, size: end - start, width });
      }
      offset += counts[i] ?? 0;
    }
    return { columns, data: tensor("float32", [total, width], data) };
  }
}

interface Place {
  readonly offset: number;
  readonly start: number;
  readonly size: number;
  readonly width: number;
}

function scatter(
  source: Tensor,
  target: Float32Array,
  order: Uint32Array,
  { offset, start, size, width }: Place,
): void {
  const count = source.shape[0] ?? 0;
  for (let row = 0; row < count; row++) {
    const to = (order[offset + row] ?? 0) * width + start;
    for (let column = 0; column < size; column++)
      target[to + column] = Number(source.data[row * size + column]);
  }
}

/** One tensor of the table as nodes: [batch, …] out of the matrix [batch, width]. */
function columnNode(matrix: Node, { start, end, shape }: Column): Node {
  return reshape(slice(matrix, 1, start, end), [matrix.shape[0] ?? 1, ...shape]);
}

/** All tensors of the table as nodes, by name. */
export function columnNodes(matrix: Node, columns: RowTable["columns"]): NamedNodes {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, columnNode(matrix, column)]),
  );
}

/** One tensor of the table as values, for its statistics. */
export function columnValues({ columns, data }: RowTable, name: string): Tensor {
  const { start, end, shape } = columns[name] ?? { start: 0, end: 0, shape: [] };
  const [count = 0, width = 0] = data.shape;
  const values = new Float32Array(count * (end - start));
  for (let row = 0; row < count; row++) {
    values.set(
      (data.data as Float32Array).subarray(row * width + start, row * width + end),
      row * (end - start),
    );
  }
  return tensor("float32", [count, ...shape], values);
}

/** Full batches of a table, in a new random order every epoch; sharing the table's memory. */
export class Batches {
  readonly #table: RowTable;
  readonly #batch: number;
  readonly #random: Random;
  #order: Uint32Array;
  #next = 0;
  #offset = 0;

  constructor(table: RowTable, batch: number, random: Random) {
    this.#table = table;
    this.#batch = batch;
    this.#random = random;
    this.#order = random.permutation(this.count);
  }

  /** Number of batches in an epoch. */
  get count(): number {
    return Math.max(1, Math.floor(this.#rows / this.#batch));
  }

  get #rows(): number {
    return this.#table.data.shape[0] ?? 0;
  }

  next(): Tensor {
    if (this.#next >= this.#order.length) {
      this.#order = this.#random.permutation(this.count);
      this.#next = 0;
      // The rows left over by whole batches are others in every epoch.
      this.#offset = this.#random.integer(0, Math.max(0, this.#rows - this.count * this.#batch));
    }
    const start = this.#offset + (this.#order[this.#next++] ?? 0) * this.#batch;
    return rows(this.#table.data, start, start + this.#batch);
  }
}
