import { availableParallelism } from "node:os";
import { encodeOnnx, type Graph, printGraph } from "../graph/index.js";
import { simplify, topological } from "../graph/internal.js";
import { fail, type HypersolversError, isHypersolversError } from "../tensor/index.js";
import { batchParallelProgram, type Join, pieceRows } from "./batch-parallel.js";
import { channelBlockFor } from "./channel-block.js";
import { checkFeeds } from "./check-feeds.js";
import type { CompileOptions, Program } from "./program.js";
import { referenceProgram } from "./reference.js";
import { createSession, type SessionOptions } from "./session.js";
import { acquireSession, contentKey, releaseSession } from "./session-cache.js";
import { createWorkerSession } from "./worker-session.js";

/**
 * Makes a graph runnable: simplify, lower to ONNX, load. Programs of equal content share one session.
 * @param joins of every output, where the graph works row by row: then `parallel: "batch"` is heeded.
 * @throws RUNTIME_FAILURE when the runtime refuses the model or the device is not there.
 */
export async function compile(
  graph: Graph,
  options: CompileOptions = {},
  joins?: Readonly<Record<string, Join>>,
): Promise<Program> {
  if (options.device === "reference") return referenceProgram(graph);
  const simple = simplify(graph);
  const model = await lowered(simple, options);
  try {
    const loaded = { ...options, doubles: computesDoubles(simple) };
    if (joins === undefined || !isBatchParallel(options)) return await programOf(graph, model, loaded);
    return await inParts(graph, model, loaded, joins);
  } catch (error) {
    throw isHypersolversError(error, "RUNTIME_FAILURE") ? withDump(error, simple) : error;
  }
}

/** As ONNX that this machine runs best. */
const lowered = async (graph: Graph, { device = "cpu" }: CompileOptions): Promise<Uint8Array> =>
  device === "cpu"
    ? encodeOnnx(graph, { target: "onnxruntime", channelBlock: await channelBlockFor(graph) })
    : encodeOnnx(graph);

const threadsOf = ({ threads }: CompileOptions): number => threads ?? availableParallelism();

const isBatchParallel = (options: CompileOptions): boolean =>
  options.parallel === "batch" && (options.device ?? "cpu") === "cpu" && threadsOf(options) > 1;

/** The same program several times. */
export interface ThreadPrograms {
  readonly programs: readonly Program[];
  /** Fewer rows are not worth a program of their own. */
  readonly leastRows: number;
}

/**
 * The same program once for every thread, each in a worker thread, where `parallel` is `"batch"`; else once. For work in
 * several runs a row, whose rows need not wait for each other between runs.
 */
export async function compileForThreads(graph: Graph, options: CompileOptions): Promise<ThreadPrograms> {
  const { least: leastRows } = pieceRows(graph);
  if (!isBatchParallel(options)) return { programs: [await compile(graph, options)], leastRows };
  const simple = simplify(graph);
  const loaded = { ...options, doubles: computesDoubles(simple) };
  const programs = await onePerThread(graph, await lowered(simple, options), loaded);
  return { programs, leastRows };
}

function onePerThread(graph: Graph, model: Uint8Array, options: SessionOptions): Promise<readonly Program[]> {
  const ofPart = { ...options, threads: 1, hot: false, worker: true };
  const parts = Array.from({ length: Math.min(threadsOf(options), MOST_PARTS) }, (_, part) =>
    programOf(graph, model, { ...ofPart, part }),
  );
  return Promise.all(parts);
}

/** Each has a thread with a JavaScript heap, and one thread feeds them all. */
const MOST_PARTS = 16;

async function inParts(
  graph: Graph,
  model: Uint8Array,
  options: SessionOptions,
  joins: Readonly<Record<string, Join>>,
): Promise<Program> {
  const whole = (): Promise<Program> => programOf(graph, model, options);
  return batchParallelProgram(graph, joins, { whole, parts: await onePerThread(graph, model, options) });
}

/** Whether any node is of float64. */
const computesDoubles = (graph: Graph): boolean =>
  topological(Object.values(graph.outputs)).some(({ dtype }) => dtype === "float64");

/** Programs up to this many lines are shown in the message when the runtime refuses them. */
const SHOWN_LINES = 40;

/** The runtime names nodes of its own file; the dump shows what they came from. */
function withDump({ code, facts }: HypersolversError, graph: Graph): HypersolversError {
  const dump = printGraph(graph);
  const shown = dump.split("\n").length <= SHOWN_LINES ? `\n${dump}` : "";
  return fail(code, {
    ...facts,
    received: `${facts.received ?? ""}${shown}`,
    details: { ...facts.details, graph: dump },
  });
}

/** Loads an ONNX file that needs no importing: the types of its inputs come with it. */
export async function programOf(
  graph: Graph,
  model: Uint8Array,
  options: SessionOptions = {},
): Promise<Program> {
  const key = contentKey(model, options);
  const load = options.worker === true ? createWorkerSession : createSession;
  const session = await acquireSession(key, () => load(model, options));
  let disposed = false;
  return {
    graph,
    run: async (feeds, handover = {}) => {
      if (disposed) throw fail("DISPOSED", { what: "program", help: "compile the graph again" });
      checkFeeds(graph, { ...handover.held, ...feeds });
      return session.run(feeds, handover);
    },
    dispose: async () => {
      if (disposed) return;
      disposed = true;
      await releaseSession(key);
    },
  };
}
