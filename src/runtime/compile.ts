import { backend } from "#backend";
import { encodeOnnx, type Graph, printGraph } from "../graph/index.js";
import { isRowWise, simplify, topological } from "../graph/internal.js";
import { fail, type HypersolversError, isHypersolversError } from "../tensor/index.js";
import type { Session, SessionOptions } from "./backend.js";
import { batchParallelProgram, type Join, pieceRows, worksByRows } from "./batch-parallel.js";
import { channelBlockFor } from "./channel-block.js";
import { checkFeeds } from "./check-feeds.js";
import { checkMachine } from "./check-machine.js";
import { withDistinctNames } from "./distinct-names.js";
import { deviceFor } from "./placement.js";
import type { CompileOptions, Program } from "./program.js";
import { referenceProgram } from "./reference.js";
import { sessionBytes } from "./session-bytes.js";
import { acquireSession, contentKey, releaseSession } from "./session-cache.js";

/**
 * Makes a graph runnable: simplify, lower to ONNX, load. Programs of equal content share one session.
 * @param joins of every output, where the graph is made of rows and means of them. `parallel: "batch"` takes effect then, unless
 *   outputs joined as rows turn out to depend on other rows.
 * @throws INVALID_ARGUMENT for another device or number of threads; DEVICE_NOT_AVAILABLE, DTYPE_NOT_AVAILABLE; RUNTIME_FAILURE when the runtime refuses the model or the device.
 */
export async function compile(
  graph: Graph,
  options: CompileOptions = {},
  joins?: Readonly<Record<string, Join>>,
): Promise<Program> {
  checkMachine(options);
  if (options.device === "reference") return referenceProgram(graph);
  return withDistinctNames(graph, (apart, entries) => compileApart(apart, options, joins && entries(joins)));
}

/** The same for a graph whose inputs and outputs have different names. */
async function compileApart(
  graph: Graph,
  options: CompileOptions,
  joins?: Readonly<Record<string, Join>>,
): Promise<Program> {
  const simple = simplify(graph);
  const placed = await placedOptions(simple, options);
  const model = await lowered(simple, placed);
  try {
    return joins !== undefined && isBatchParallel(placed) && worksByRows(simple, joins)
      ? await inParts(graph, model, placed, joins)
      : await loadedProgram(graph, model, placed);
  } catch (error) {
    throw isHypersolversError(error, "RUNTIME_FAILURE") ? withDump(error, simple) : error;
  }
}

/** The device that takes the graph's element types, and whether float64 is among them. */
async function placedOptions(graph: Graph, options: CompileOptions): Promise<SessionOptions> {
  const { device = "cpu" } = options;
  const doubles = topological(Object.values(graph.outputs)).some(({ dtype }) => dtype === "float64");
  const wanted = device === "reference" ? "cpu" : device;
  return { ...options, device: await deviceFor(backend, wanted, graph), doubles };
}

/** As ONNX that this machine runs best. */
const lowered = async (graph: Graph, { device }: SessionOptions): Promise<Uint8Array> =>
  device === "cpu"
    ? encodeOnnx(graph, { target: "onnxruntime", channelBlock: await channelBlockFor(graph) })
    : encodeOnnx(graph);

const threadsOf = ({ threads }: CompileOptions): number => threads ?? backend.threads();

const isBatchParallel = (options: SessionOptions): boolean =>
  options.parallel === "batch" &&
  options.device === "cpu" &&
  threadsOf(options) > 1 &&
  backend.createWorkerSession !== undefined;

/** The same program several times. */
interface ThreadPrograms {
  readonly programs: readonly Program[];
  /** Fewer rows are not worth a program of their own. */
  readonly leastRows: number;
}

/**
 * The same program once for every thread, each in a worker thread, where `parallel` is `"batch"` and every row of the
 * outputs depends on that row of the inputs alone; else once. For work in several runs a row, whose rows need not wait
 * for each other between runs. Outputs without rows are the caller's to join.
 */
export async function compileForThreads(graph: Graph, options: CompileOptions): Promise<ThreadPrograms> {
  checkMachine(options);
  const { least: leastRows } = pieceRows(graph);
  const alone = async (): Promise<ThreadPrograms> => ({
    programs: [await compile(graph, options)],
    leastRows,
  });
  if (options.device === "reference") return alone();
  const simple = simplify(graph);
  const placed = await placedOptions(simple, options);
  const ofRows = Object.values(simple.outputs).filter(({ shape }) => shape.includes("batch"));
  if (!isBatchParallel(placed) || !isRowWise(ofRows)) return alone();
  return { programs: await onePerThread(graph, await lowered(simple, placed), placed), leastRows };
}

function onePerThread(graph: Graph, model: Uint8Array, options: SessionOptions): Promise<readonly Program[]> {
  const ofPart = { ...options, threads: 1, hot: false, worker: true };
  const parts = Array.from({ length: Math.min(threadsOf(options), MOST_PARTS) }, (_, part) =>
    loadedProgram(graph, model, { ...ofPart, part }),
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
  const whole = (): Promise<Program> => loadedProgram(graph, model, options);
  return batchParallelProgram(graph, joins, { whole, parts: await onePerThread(graph, model, options) });
}

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

/**
 * Loads an ONNX file that needs no importing.
 * @param graph what the file computes, for the types of its inputs and the choice of a device.
 * @throws as `compile`.
 */
export async function programOf(
  graph: Graph,
  model: Uint8Array,
  options: CompileOptions = {},
): Promise<Program> {
  return loadedProgram(graph, model, await placedOptions(graph, options));
}

async function loadedProgram(graph: Graph, model: Uint8Array, options: SessionOptions): Promise<Program> {
  const key = contentKey(model, options);
  const session = await acquireSession(key, () => loadedSession(model, options));
  let disposed = false;
  let rows = 0;
  return {
    graph,
    run: async (feeds, handover = {}) => {
      if (disposed) throw fail("DISPOSED", { what: "program", help: "compile the graph again" });
      rows = Math.max(rows, checkFeeds(graph, { ...handover.held, ...feeds }));
      return session.run(feeds, handover);
    },
    dispose: async () => {
      if (disposed) return;
      disposed = true;
      const held = sessionBytes(graph, model.length, rows);
      await releaseSession(key, held + (options.worker === true ? WORKER_BYTES : 0));
    },
  };
}

/** A thread, its JavaScript heap, and the modules that it loads. */
const WORKER_BYTES = 2 ** 24;

function loadedSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  const inWorker = options.worker === true ? backend.createWorkerSession : undefined;
  return (inWorker ?? backend.createSession)(model, options);
}
