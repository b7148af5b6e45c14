import { encodeOnnx, type Graph, simplify } from "../graph/index.js";
import { fail } from "../tensor/index.js";
import { checkFeeds } from "./check-feeds.js";
import type { CompileOptions, NamedTensors, Program } from "./program.js";
import { referenceProgram } from "./reference.js";
import { createSession } from "./session.js";
import { acquireSession, contentKey, releaseSession } from "./session-cache.js";
import { createWorkerSession } from "./worker-session.js";

/**
 * Makes a graph runnable: simplify, lower to ONNX, load. Programs of equal content share one session.
 * @throws RUNTIME_FAILURE when the runtime refuses the model or the device is not there.
 */
export async function compile(graph: Graph, options: CompileOptions = {}): Promise<Program> {
  if (options.device === "reference") return referenceProgram(graph);
  const simple = simplify(graph);
  const model = encodeOnnx(simple, {
    target: (options.device ?? "cpu") === "cpu" ? "onnxruntime" : "standard",
  });
  return programOf(graph, model, options);
}

/** Loads an ONNX file that needs no importing: the types of its inputs come with it. */
export async function programOf(
  graph: Graph,
  model: Uint8Array,
  options: CompileOptions = {},
): Promise<Program> {
  const key = contentKey(model, options);
  const load = options.worker === true ? createWorkerSession : createSession;
  const session = await acquireSession(key, () => load(model, options));
  let disposed = false;
  return {
    graph,
    run: async (feeds: NamedTensors) => {
      if (disposed) throw fail("DISPOSED", { what: "program", help: "compile the graph again" });
      checkFeeds(graph, feeds);
      return session.run(feeds);
    },
    dispose: async () => {
      if (disposed) return;
      disposed = true;
      await releaseSession(key);
    },
  };
}
