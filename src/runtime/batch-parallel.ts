import type { Graph } from "../graph/index.js";
import { isRowWise, operatorOf, resolveBatch, topological } from "../graph/internal.js";
import { fail, type Tensor, zeros } from "../tensor/index.js";
import { copiedRows, stackedRows } from "../tensor/internal.js";
import type { NamedTensors, Program } from "./program.js";

/**
 * How an output of the whole batch comes from those of its parts: as their rows one after the other, or as the mean, or
 * root mean square, of numbers that are that over the rows of a part.
 */
export type Join = "rows" | "mean" | "root mean square";

/** Programs of the same graph. */
interface BatchParts {
  /** What runs batches too small to divide; loaded when first needed. */
  whole(): Promise<Program>;
  /** Run side by side, each on rows of its own. */
  readonly parts: readonly Program[];
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
  const { least, most } = pieceRows(graph);
  let small: Promise<Program> | undefined;
  let kept = { whole: {}, ...split(graph, {}) };
  return {
    graph,
    run: async (feeds, { held = {} } = {}) => {
      const rows = resolveBatch(graph, { ...held, ...feeds });
      const busy = Math.min(parts.length, Math.floor(rows / least));
      if (busy < 2) {
        small ??= whole();
        return (await small).run(feeds, { held });
      }
      if (held !== kept.whole) kept = { whole: held, ...split(graph, held) };
      const ownFeeds = { ...kept.ofRows, ...feeds };
      const count = busy * Math.max(1, Math.ceil(rows / (busy * most)));
      const edge = (i: number): number => Math.floor((i * rows) / count);
      // A thread answers its pieces one after the other.
      const pieces = Array.from({ length: count }, (_, i): Piece => {
        const [from, to] = [edge(i), edge(i + 1)];
        const program = parts[i % busy] as Program;
        const { piece, copies } = cut(graph, ownFeeds, from, to);
        return { rows: to - from, outputs: program.run(piece, { held: kept.shared, given: copies }) };
      });
      return joined(joins, pieces);
    },
    dispose: async () => {
      for (const program of parts) await program.dispose();
      await (await small)?.dispose();
    },
  };
}

/** Whether the outputs joined as rows depend on their own rows alone: by the operators, whatever was promised. */
export const worksByRows = ({ outputs }: Graph, joins: Readonly<Record<string, Join>>): boolean =>
  isRowWise(Object.entries(outputs).flatMap(([name, node]) => (joins[name] === "rows" ? [node] : [])));

/** How many rows a thread is given at once: of images few, of points all of its own, as each piece costs a message. */
export const pieceRows = ({ outputs }: Graph): { readonly least: number; readonly most: number } =>
  topological(Object.values(outputs)).some((node) => operatorOf(node).windows)
    ? { least: 1, most: IMAGES_AT_ONCE }
    : { least: POINTS_AT_LEAST, most: Number.POSITIVE_INFINITY };

/** Of 64 channels of 28 x 28: with more at once their activations leave the cache, which costs 5 to 15 %. */
const IMAGES_AT_ONCE = 8;
/** A message and its answer take 0.1 ms, a step of dopri5 with these rows through three layers of 128 0.5. */
const POINTS_AT_LEAST = 64;

interface Piece {
  readonly rows: number;
  readonly outputs: Promise<NamedTensors>;
}

/** Inputs that have rows, and those that all rows share. */
function split(
  graph: Graph,
  inputs: NamedTensors,
): { readonly ofRows: NamedTensors; readonly shared: NamedTensors } {
  const only = (rows: boolean): NamedTensors =>
    Object.fromEntries(Object.entries(inputs).filter(([name]) => hasRows(graph, name) === rows));
  return { ofRows: only(true), shared: only(false) };
}

const hasRows = ({ inputs }: Graph, name: string): boolean => inputs[name]?.shape[0] === "batch";

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
      if (!hasRows(graph, name)) return [name, tensor];
      const rows = copiedRows(tensor, from, to);
      copies.push(rows.data.buffer as ArrayBuffer);
      return [name, rows];
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
      return [
        name,
        join === "rows" ? stackedRows(tensors) : averaged(tensors, weights, join === "mean" ? 1 : 2),
      ];
    }),
  );
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
