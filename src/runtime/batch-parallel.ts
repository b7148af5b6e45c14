import { type Graph, resolveBatch } from "../graph/index.js";
import { fail, rows as rowsBetween, type Tensor, zeros } from "../tensor/index.js";
import type { NamedTensors, Program, TakingProgram } from "./program.js";

/**
 * How an output of the whole batch comes from those of its parts: as their rows one after the other, or as the mean, or
 * root mean square, of numbers that are that over the rows of a part.
 */
export type Join = "rows" | "mean" | "root mean square";

/** Programs of the same graph. */
export interface BatchParts {
  /** What runs batches with fewer rows than there are parts; loaded when first needed. */
  whole(): Promise<Program>;
  /** Run side by side, each on rows of its own. */
  readonly parts: readonly TakingProgram[];
}

/**
 * A program that gives every thread rows of the batch. An operator split over threads waits for the slowest thread at
 * its end, and is written for few shapes to scale; rows need not wait. Worth it where a row is work: see docs/engine.md.
 * @param joins of every output. The graph must work row by row, apart from means.
 * @throws INVALID_ARGUMENT for an output without a join.
 */
export function batchParallelProgram(
  graph: Graph,
  joins: Readonly<Record<string, Join>>,
  { whole, parts }: BatchParts,
): Program {
  for (const name of Object.keys(graph.outputs)) {
    if (joins[name] !== undefined) continue;
    throw fail("INVALID_ARGUMENT", { what: `output "${name}"`, expected: "a join", received: "none" });
  }
  let small: Promise<Program> | undefined;
  return {
    graph,
    run: async (feeds) => {
      const rows = resolveBatch(graph, feeds);
      if (rows < parts.length) {
        small ??= whole();
        return (await small).run(feeds);
      }
      const count = parts.length * Math.ceil(rows / (parts.length * ROWS_AT_ONCE));
      const edge = (i: number): number => Math.floor((i * rows) / count);
      // A thread answers its pieces one after the other.
      const pieces = Array.from({ length: count }, (_, i): Piece => {
        const [from, to] = [edge(i), edge(i + 1)];
        const program = parts[i % parts.length] as TakingProgram;
        const { piece, copies } = cut(graph, feeds, from, to);
        return { rows: to - from, outputs: program.run(piece, copies) };
      });
      return joined(joins, pieces);
    },
    dispose: async () => {
      for (const program of parts) await program.dispose();
      await (await small)?.dispose();
    },
  };
}

/** Images of 64 channels of 28 x 28: with more at once their activations leave the cache, which costs 5 to 15 %. */
const ROWS_AT_ONCE = 8;

interface Piece {
  readonly rows: number;
  readonly outputs: Promise<NamedTensors>;
}

/** Inputs that have rows, copied from some row to another, with the buffers of the copies; the others whole. */
function cut(
  graph: Graph,
  feeds: NamedTensors,
  from: number,
  to: number,
): { readonly piece: NamedTensors; readonly copies: readonly ArrayBuffer[] } {
  const copies: ArrayBuffer[] = [];
  const piece = Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => {
      if (graph.inputs[name]?.shape[0] !== "batch") return [name, tensor];
      const view = rowsBetween(tensor, from, to);
      const data = view.data.slice();
      copies.push(data.buffer as ArrayBuffer);
      return [name, { ...view, data } as Tensor];
    }),
  );
  return { piece, copies };
}

async function joined(
  joins: Readonly<Record<string, Join>>,
  pieces: readonly Piece[],
): Promise<Record<string, Tensor>> {
  // All of them, so that no failure goes unheard and no thread is busy when this one has failed.
  const settled = await Promise.allSettled(pieces.map(({ outputs }) => outputs));
  const outputs = settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
  const weights = pieces.map(({ rows }) => rows);
  return Object.fromEntries(
    Object.keys(outputs[0] ?? {}).map((name) => {
      const tensors = outputs.map((tensors) => tensors[name] as Tensor);
      const join = joins[name];
      return [name, join === "rows" ? stacked(tensors) : averaged(tensors, weights, join === "mean" ? 1 : 2)];
    }),
  );
}

function stacked(tensors: readonly Tensor[]): Tensor {
  const first = tensors[0] as Tensor;
  const rows = tensors.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  const whole = zeros([rows, ...first.shape.slice(1)], first.dtype);
  let at = 0;
  for (const { data } of tensors) {
    (whole.data as Float32Array).set(data as Float32Array, at);
    at += data.length;
  }
  return whole;
}

/** (Σ wᵢ xᵢᵖ / Σ wᵢ)^(1/p); integers, such as counters, are the same in all parts. */
function averaged(tensors: readonly Tensor[], weights: readonly number[], power: 1 | 2): Tensor {
  const first = tensors[0] as Tensor;
  const { data } = first;
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return first;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = new Float64Array(data.length);
  tensors.forEach((tensor, part) => {
    const share = (weights[part] ?? 0) / total;
    const values = tensor.data as Float32Array;
    for (let i = 0; i < mean.length; i++) mean[i] = (mean[i] ?? 0) + share * (values[i] ?? 0) ** power;
  });
  const whole = zeros(first.shape, first.dtype);
  (whole.data as Float32Array).set(power === 1 ? mean : mean.map(Math.sqrt));
  return whole;
}
