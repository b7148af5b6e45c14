import type { AdaptiveMethod, Field, Span } from "../../ode/index.js";
import type { NamedTensors, RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { cast, fail, type Random, type Tensor } from "../../tensor/index.js";
import { pickRows, stackedRows } from "../../tensor/internal.js";
import { compileReference } from "../reference/reference.js";
import { forEachChunk, SOLVING_REFERENCES } from "../reference/reference-data.js";
import type { Samples } from "../states/states.js";

/** States at the start of a span, and where the reference ends. */
export interface EndPairs extends Samples {
  /** In the precision of the reference. */
  readonly end: Tensor;
}

/** Pairs that fits of one field with one source of states share, by what else decides them. */
export type EndMemory = Map<string, EndPairs>;

/** The pairs from the memory, else made and remembered. @param of whatever decides them besides field and states. */
export async function rememberedPairs(
  memory: EndMemory | undefined,
  of: object,
  make: () => Promise<EndPairs>,
): Promise<EndPairs> {
  const key = JSON.stringify(of);
  const pairs = memory?.get(key) ?? (await make());
  memory?.set(key, pairs);
  return pairs;
}

/**
 * Solves the reference from many states.
 * @throws NON_FINITE, STEP_LIMIT or STEP_UNDERFLOW when the field cannot be solved there; INTERRUPTED.
 */
export async function endPairs(
  field: Field,
  span: Span,
  samples: Samples,
  method: AdaptiveMethod,
  context: RunContext,
): Promise<EndPairs> {
  const { signal, onProgress } = context;
  const reference = await compileReference(field, method, machineOf(context));
  const ends: Tensor[] = [];
  const total = samples.z0.shape[0] ?? 0;
  const notify = (share: number): void =>
    onProgress?.({ stage: SOLVING_REFERENCES, done: Math.round(share * total), total });
  try {
    await forEachChunk({ samples, onProgress: notify, context }, async ({ z0, controls }) => {
      ends.push((await reference.states(z0, span, controls, signal)).at(-1) ?? z0);
    });
  } finally {
    await reference.dispose();
  }
  if (signal?.aborted !== true) return { ...samples, end: stackedRows(ends) };
  throw fail("INTERRUPTED", { what: "fit", received: "a stop while references were being solved" });
}

/** The inputs of a program over such pairs, in the field's type. Names begin with a slash, to keep apart from controls. */
export const pairFeeds = ({ z0, end, controls }: EndPairs, dtype: "float32" | "float64"): NamedTensors => ({
  ...controls,
  "/z0": cast(z0, dtype),
  "/end": cast(end, dtype),
});

/** Mini-batches by the number of the iteration alone, each pair once before any comes twice. */
export function pairBatches(
  feeds: NamedTensors,
  batch: number,
  random: Random,
): (iteration: number) => NamedTensors {
  const count = feeds["/z0"]?.shape[0] ?? 0;
  const each = Math.floor(count / batch);
  let current: { readonly epoch: number; readonly order: Uint32Array } | undefined;
  return (iteration) => {
    const epoch = Math.floor(iteration / each);
    if (current?.epoch !== epoch)
      current = { epoch, order: random.fork(`epoch ${epoch}`).permutation(count) };
    const from = (iteration % each) * batch;
    const rows = current.order.subarray(from, from + batch);
    return Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, pickRows(value, rows)]));
  };
}
