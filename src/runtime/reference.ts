import { evaluateGraph, type Graph } from "../graph/index.js";
import { fail } from "../tensor/index.js";
import { checkFeeds } from "./check-feeds.js";
import type { Program } from "./program.js";

/** The reference interpreter as a program: float64 inside whatever the element types; results are float64. */
export function referenceProgram(graph: Graph): Program {
  let disposed = false;
  return {
    graph,
    run: async (feeds, { held } = {}) => {
      if (disposed) throw fail("DISPOSED", { what: "reference program" });
      const all = { ...held, ...feeds };
      checkFeeds(graph, all);
      return evaluateGraph(graph, all);
    },
    dispose: async () => {
      disposed = true;
    },
  };
}
