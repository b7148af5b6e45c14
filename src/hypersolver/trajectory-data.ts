import type { Field, Span } from "../ode/index.js";
import { uniformMesh } from "../ode/index.js";
import type { CompileOptions } from "../runtime/index.js";
import { type Random, rows } from "../tensor/index.js";
import { compileReference, type ReferenceSettings } from "./reference.js";
import { type RowTable, RowTableBuilder } from "./row-table.js";
import { mapSamples, type Samples } from "./states.js";

export interface TrajectoryDataOptions {
  readonly field: Field;
  readonly span: Span;
  readonly steps: number;
  readonly samples: Samples;
  readonly reference: ReferenceSettings;
  readonly random: Random;
  readonly compile?: CompileOptions;
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** Initial states solved together. */
const CHUNK = 2048;

/** Columns of the table: state at mesh point k, and a control. */
export const pointColumn = (k: number): string => `z${k}`;
export const controlColumn = (name: string): string => `x ${name}`;

/** Reference trajectories on the target mesh: rows of z₀, z(s₁), …, z(s_K) and the controls, shuffled. */
export async function trajectoryData(options: TrajectoryDataOptions): Promise<RowTable> {
  const { field, samples, span, steps, signal, onProgress } = options;
  const reference = await compileReference(field, options.reference, options.compile);
  const builder = new RowTableBuilder();
  const mesh = uniformMesh(span, steps);
  const [count = 0] = samples.z0.shape;
  try {
    for (let start = 0; start < count && signal?.aborted !== true; start += CHUNK) {
      const chunk = mapSamples(samples, (value) => rows(value, start, Math.min(count, start + CHUNK)));
      const states = await reference.states(chunk.z0, mesh, chunk.controls, signal);
      const controls = Object.entries(chunk.controls).map(
        ([name, value]) => [controlColumn(name), value] as const,
      );
      builder.add(
        Object.fromEntries([...states.map((state, k) => [pointColumn(k), state] as const), ...controls]),
      );
      onProgress?.(Math.min(1, (start + CHUNK) / count));
    }
  } finally {
    await reference.dispose();
  }
  return builder.shuffled(options.random.fork("rows"));
}
