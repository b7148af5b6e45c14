import type { Graph } from "../graph/index.js";
import { makeGraph } from "../graph/internal.js";
import type { Program } from "./program.js";

/** The name of an output in the ONNX model: in ONNX one name is one value, and fields have inputs called `k` or `y1`. */
function nameApart(graph: Graph, name: string): string {
  return Object.hasOwn(graph.inputs, name) || Object.hasOwn(graph.outputs, name)
    ? nameApart(graph, `${name}'`)
    : name;
}

/** Outputs that are called like an input, and other names for them; undefined where there are none. */
function clashesOf(graph: Graph): ReadonlyMap<string, string> | undefined {
  const clashing = Object.keys(graph.outputs).filter((name) => Object.hasOwn(graph.inputs, name));
  return clashing.length === 0
    ? undefined
    : new Map(clashing.map((name) => [name, nameApart(graph, `/${name}`)]));
}

/**
 * Compiles a graph whose outputs may be called like its inputs. The program bears the names of the graph.
 * @param make compiles a graph of distinct names; `entries` renames whatever else goes by output.
 */
export async function withDistinctNames(
  graph: Graph,
  make: (
    graph: Graph,
    entries: <T>(byOutput: Readonly<Record<string, T>>) => Readonly<Record<string, T>>,
  ) => Promise<Program>,
): Promise<Program> {
  const clashes = clashesOf(graph);
  if (clashes === undefined) return make(graph, (byOutput) => byOutput);
  const back = new Map([...clashes].map(([name, apart]) => [apart, name]));
  const renamed = <T>(
    entries: Readonly<Record<string, T>>,
    names: ReadonlyMap<string, string>,
  ): Record<string, T> =>
    Object.fromEntries(Object.entries(entries).map(([name, value]) => [names.get(name) ?? name, value]));
  const apart = makeGraph(graph.inputs, renamed(graph.outputs, clashes));
  const program = await make(apart, (byOutput) => renamed(byOutput, clashes));
  return {
    graph,
    run: async (feeds, handover) => renamed(await program.run(feeds, handover), back),
    dispose: () => program.dispose(),
  };
}
