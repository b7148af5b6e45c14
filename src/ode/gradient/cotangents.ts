import { fail, formatShape, fromNumbers, type Tensor, toFloat64 } from "../../tensor/index.js";
import { sameShape } from "../../tensor/internal.js";
import type { Awaitable } from "../step-control/stepper.js";

/**
 * ∂loss/∂z at the requested times: one tensor a time, undefined where the loss does not look; a tensor alone belongs to
 * the last time. As a function it sees the solved states, one a requested time, the initial one included.
 */
export type LossCotangent = Cotangents | ((states: readonly Tensor[]) => Awaitable<Cotangents>);
type Cotangents = Tensor | readonly (Tensor | undefined)[];

/**
 * Cotangents by requested time.
 * @throws SHAPE_MISMATCH when one does not have its state's shape, or their number is wrong.
 */
export async function cotangentsOf(
  cotangent: LossCotangent,
  states: readonly Tensor[],
): Promise<readonly (Tensor | undefined)[]> {
  const given = typeof cotangent === "function" ? await cotangent(states) : cotangent;
  const list: readonly (Tensor | undefined)[] =
    "data" in given ? states.map((_, i) => (i === states.length - 1 ? given : undefined)) : given;
  states.forEach(({ shape }, i) => {
    const own = list[i];
    if (list.length === states.length && (own === undefined || sameShape(own.shape, shape))) return;
    throw fail("SHAPE_MISMATCH", {
      what: `cotangent of state ${i}`,
      expected: `${formatShape(shape)}, one of ${states.length}`,
      received: `${own === undefined ? "none" : formatShape(own.shape)}, one of ${list.length}`,
    });
  });
  return list;
}

/** a + b in the type of a; b may be nothing. */
export function plus(a: Tensor, b: Tensor | undefined): Tensor {
  if (b === undefined) return a;
  const others = toFloat64(b);
  return fromNumbers(
    toFloat64(a).map((value, i) => value + (others[i] ?? 0)),
    a.shape,
    a.dtype,
  );
}
