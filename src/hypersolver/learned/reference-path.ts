import { type Field, type Span, uniformMesh } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { isStopped, machineOf } from "../../runtime/internal.js";
import { fail, sizeOf, toFloat64 } from "../../tensor/index.js";
import { compileReference, referenceAt } from "../reference/reference.js";
import type { EndPairs } from "./end-pairs.js";
import { addTo } from "./orthogonal-columns.js";

/** Mesh and tolerance of the path: states on the way are targets only, so it need not be exact; the end is. */
const PATH = { steps: 16, tolerance: 1e-3 };

/**
 * The reference at any share of the span, flattened: by cubic interpolation, exact at the end.
 * @throws what the reference throws; INTERRUPTED at a stop.
 */
export async function referencePath(
  field: Field,
  span: Span,
  { z0, controls, end }: EndPairs,
  context: RunContext,
): Promise<(time: number) => Float64Array> {
  const reference = await compileReference(field, referenceAt(PATH.tolerance), machineOf(context));
  const found = await reference
    .states(z0, uniformMesh(span, PATH.steps), controls, context.signal)
    .finally(() => reference.dispose());
  if (isStopped(context))
    throw fail("INTERRUPTED", { what: "fit", received: "a stop while references were being solved" });
  const states = [...found.slice(0, -1), end].map(toFloat64);
  return (time) => {
    const from = Math.min(PATH.steps - 3, Math.max(0, Math.floor(time * PATH.steps) - 1));
    const at = new Float64Array(sizeOf(z0.shape));
    for (const [i, weight] of cubicWeights(time * PATH.steps - from).entries())
      addTo(at, states[from + i] ?? at, weight);
    return at;
  };
}

/** Weights of values at 0, 1, 2, 3 in their cubic at x (Lagrange). */
const cubicWeights = (x: number): number[] => [
  (-(x - 1) * (x - 2) * (x - 3)) / 6,
  (x * (x - 2) * (x - 3)) / 2,
  (-x * (x - 1) * (x - 3)) / 2,
  (x * (x - 1) * (x - 2)) / 6,
];
