import { uniformMesh } from "../../ode/index.js";
import { machineOf } from "../../runtime/internal.js";
import { compileReference } from "./reference.js";
import { forEachChunk, type ReferenceDataOptions } from "./reference-data.js";
import { type RowTable, RowTableBuilder } from "./row-table.js";

/** Columns of the table: state at mesh point k, and a control. */
export const pointColumn = (k: number): string => `z${k}`;
export const controlColumn = (name: string): string => `x ${name}`;

/** Reference trajectories on the target mesh: rows of z₀, z(s₁), …, z(s_K) and the controls, shuffled. */
export async function trajectoryData(options: ReferenceDataOptions): Promise<RowTable> {
  const { field, span, steps, context = {} } = options;
  const reference = await compileReference(field, options.reference, machineOf(context));
  const builder = new RowTableBuilder();
  const mesh = uniformMesh(span, steps);
  try {
    await forEachChunk(options, async (chunk) => {
      const states = await reference.states(chunk.z0, mesh, chunk.controls, context.signal);
      const controls = Object.entries(chunk.controls).map(
        ([name, value]) => [controlColumn(name), value] as const,
      );
      builder.add(
        Object.fromEntries([...states.map((state, k) => [pointColumn(k), state] as const), ...controls]),
      );
    });
  } finally {
    await reference.dispose();
  }
  return builder.shuffled(options.random.fork("rows"));
}
