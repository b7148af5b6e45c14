import type { AdaptiveMethod, Field, Span } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { isStopped } from "../../runtime/internal.js";
import { type Random, rows } from "../../tensor/index.js";
import { mapSamples, type Samples } from "../states/states.js";

/** What every table of reference data is made from. */
export interface ReferenceDataOptions {
  readonly field: Field;
  readonly span: Span;
  readonly steps: number;
  readonly samples: Samples;
  readonly reference: AdaptiveMethod;
  readonly random: Random;
  /** Initial states that are solved together, sharing their steps. Default 1024. */
  readonly together?: number | undefined;
  readonly onProgress?: (share: number) => void;
  readonly context?: RunContext | undefined;
}

/** Initial states that are solved together where nothing is said. */
const CHUNK = 1024;

/** Visits the samples in chunks, one after another, until done or told to stop. */
export async function forEachChunk(
  {
    samples,
    together = CHUNK,
    context = {},
    onProgress,
  }: Pick<ReferenceDataOptions, "samples" | "together" | "context" | "onProgress">,
  visit: (chunk: Samples) => Promise<void>,
): Promise<void> {
  const [count = 0] = samples.z0.shape;
  for (let start = 0; start < count && !isStopped(context); start += together) {
    const end = Math.min(count, start + together);
    await visit(mapSamples(samples, (value) => rows(value, start, end)));
    onProgress?.(end / count);
  }
}

/** What progress calls it. */
export const SOLVING_REFERENCES = "solving references";
