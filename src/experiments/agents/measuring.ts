import type { StateSource } from "../../hypersolver/index.js";
import { measureMethod } from "../../hypersolver/index.js";
import { measuringReference, referenceEnds, type Samples } from "../../hypersolver/internal.js";
import type { ButcherTableau } from "../../ode/index.js";
import { type Field, type FixedMethod, fixed, rk4, type Span } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { type Broken, fail, isBroken, type Random, type Tensor, unlessItBreaks } from "../../tensor/index.js";

/** A solve that everything is measured on. */
export interface Ground {
  readonly field: Field;
  readonly span: Span;
  readonly steps: number;
  readonly samples: Samples;
  /** Of dopri5 at 1e-8 in float64. */
  readonly ends: Tensor;
}

/** Held-out states of a source, with their references. */
export async function groundOf(
  { field, span, steps }: Pick<Ground, "field" | "span" | "steps">,
  states: StateSource,
  count: number,
  random: Random,
  context: RunContext,
): Promise<Ground> {
  const samples = states.heldOut(count, random);
  const ends = await referenceEnds(field, span, samples, measuringReference(field), machineOf(context));
  return { field, span, steps, samples, ends };
}

/** An error, or why there is none. */
export type Found = { readonly error: number } | Broken;

/** An error over that of the base in the same steps; below 1 what is measured is better. */
export type Ratio = { readonly what: string } & ({ readonly ratio: number } | Broken);

/** @throws NON_FINITE where the base itself breaks: there is nothing to compare with. */
export function ratioOf(what: string, found: Found, base: Found): Ratio {
  if (isBroken(base)) throw fail("NON_FINITE", { what: "base", received: base.reason });
  return isBroken(found) ? { what, ...found } : { what, ratio: found.error / base.error };
}

/** Mean distance to the reference over its mean norm. */
export async function relativeError(
  { field, span, samples, ends }: Ground,
  method: FixedMethod,
  context: RunContext,
): Promise<Found> {
  const measured = await unlessItBreaks(
    measureMethod(field, method, span, samples, ends, machineOf(context)),
  );
  return isBroken(measured) ? measured : { error: measured.errors.relative };
}

/** RK4 in as many evaluations as so many steps of another method, rounded down to whole steps. */
export const rk4Like = (base: ButcherTableau, steps: number): FixedMethod =>
  fixed(rk4, { steps: Math.max(1, Math.floor((steps * base.stages) / rk4.stages)) });

/** exp of the mean of logs. */
export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
