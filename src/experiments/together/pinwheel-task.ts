import { densityNamed } from "../../data/index.js";
import { densityData, flowField, flowTask, normalBase, type SolvedTask } from "../../models/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { Random } from "../../tensor/index.js";
import type { FlowCourseSpec } from "./joint-spec.js";

const DENSITY = "pinwheel";

/** A new flow of the density, the same for every arm. */
export async function flowOf(
  { hidden, batch }: Pick<FlowCourseSpec, "hidden" | "batch">,
  seed: number,
  context: RunContext,
): Promise<SolvedTask> {
  const data = densityData(densityNamed(DENSITY), seed);
  const network = { dimension: data.dimension, hidden, activation: "tanh" } as const;
  const field = flowField(network, new Random(seed).fork("network"));
  const { standardization } = data;
  const flow = { field, base: normalBase, span: [0, 1] as const, standardization };
  return flowTask(flow, data, { batch, seed }, machineOf(context));
}
