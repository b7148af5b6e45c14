import type { MeshPlanner } from "../../hypersolver/index.js";
import type { Competitor } from "./competitor.js";

/**
 * Every method of several equal steps a second time, on the mesh that a planner chooses; those left out for which it finds
 * none better.
 */
export async function withMeshes(
  competitors: readonly Competitor[],
  planner: MeshPlanner,
): Promise<Competitor[]> {
  const all: Competitor[] = [];
  for (const competitor of competitors) {
    all.push(competitor);
    const { method, title = method.title, role } = competitor;
    if (method.kind !== "fixed" || "mesh" in method.grid || method.rosenbrock !== undefined) continue;
    const planned = await planner.plan(method);
    if (planned !== method)
      all.push({ method: planned, title: `${title}, chosen mesh`, role: role === "base" ? "other" : role });
  }
  return all;
}
