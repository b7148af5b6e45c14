import type { NamedTensors, Program } from "../../runtime/index.js";
import {
  type DType,
  type FloatDType,
  fromNumbers,
  item,
  scalar,
  type Tensor,
  toFloat64,
} from "../../tensor/index.js";
import { plainAlgebra } from "../methods/algebra.js";
import { denseWeights } from "../methods/interpolation.js";
import { type AdaptiveTableau, errorOrder } from "../methods/tableau.js";
import { scaledNorm } from "../plain/plain-stepper.js";
import { clampTo, type Span } from "../problem/mesh.js";
import { initialStepGuess, initialStepSize } from "../step-control/initial-step.js";
import type { AdaptiveStepper } from "../step-control/stepper.js";
import { stiffnessTest } from "../step-control/stiffness.js";
import { isBelowRounding, largestOf } from "../step-control/tolerance-floor.js";
import { stepFeeds } from "./compiled-steps.js";
import { firstBadOf, type StateLayout } from "./state-layout.js";
import type { CompiledTolerance } from "./trial-graph.js";

/**
 * The two programs of adaptive stepping: `evaluate` gives the derivative `k` at (/s, /z); `trial` one attempt from there over
 * /dt with the derivative /k0: `y1`, the last stage `last`, the error `ratio`, and with dense output `stage0`, `stage1`, …
 */
export type StepperPrograms = Readonly<Record<"evaluate" | "trial", Program>>;

/** What a stepper over programs is made of. */
interface ProgramStepperParts<Y> {
  readonly tableau: AdaptiveTableau;
  readonly programs: StepperPrograms;
  readonly layout: StateLayout<Y>;
  /** One a part of the state, undefined for parts that error control does not see. The worst part decides. */
  readonly tolerances: readonly (CompiledTolerance | undefined)[];
  /** The last stage of a step starts the next. */
  readonly reuse: boolean;
  /** The trial returns its stages. */
  readonly dense: boolean;
  readonly controls: NamedTensors;
  /** Where f may be evaluated; undefined: anywhere. */
  readonly span: Span | undefined;
  /** Type of /s and /dt. */
  readonly dtype: DType;
}

/** Makes two compiled programs, at given values of the controls, what the adaptive loop drives. */
export function programStepper<Y>(given: ProgramStepperParts<Y>): AdaptiveStepper<Y> {
  const { tableau, programs, layout, controls, dense, span, dtype } = given;
  const bad = (y: Y): number | undefined => firstBadOf(layout.parts(y));
  const derivativeAt = async (s: number, y: Y): Promise<Y> => {
    const at = span === undefined ? s : clampTo(span, s);
    const feeds = { ...layout.feeds("/z", y), "/s": scalar(at, dtype) };
    return layout.read("k", await programs.evaluate.run(feeds, { held: controls }));
  };
  return {
    errorOrder: errorOrder(tableau),
    evaluationsPerTrial: tableau.stages - 1,
    coarseType: (y) => coarseTypeOf(given, y),
    firstBadIndex: bad,
    evaluate: async (s, y) => {
      const k = await derivativeAt(s, y);
      return { k, firstBadIndex: bad(k) };
    },
    initialStep: (s, y, k0, remaining) => firstStep(given, derivativeAt, { s, y, k0, remaining }),
    trial: async (s, dt, y, k0) => {
      const states = { ...layout.feeds("/z", y), ...layout.feeds("/k0", k0) };
      const feeds = { ...stepFeeds({ s, dt, span }, dtype), ...states };
      const outputs = await programs.trial.run(feeds, { held: controls });
      const [y1, last] = [layout.read("y1", outputs), layout.read("last", outputs)];
      const errorRatio = item(outputs.ratio as Tensor);
      return {
        y1,
        k1: given.reuse ? last : undefined,
        errorRatio,
        stiffness: stiffnessOf(tableau, outputs),
        firstBadIndex: Number.isFinite(errorRatio) ? undefined : (bad(y1) ?? bad(last)),
        stages: dense ? tableau.b.map((_, i) => layout.read(`stage${i}`, outputs)) : [],
      };
    },
    interpolate: ({ y0, dt, stages, k1 }, theta) =>
      moved(layout, y0, dt, denseWeights(tableau, theta), [...stages, k1]),
  };
}

/** See `Trial.stiffness`: of programs that tell. */
function stiffnessOf(tableau: AdaptiveTableau, outputs: NamedTensors): number | undefined {
  const test = stiffnessTest(tableau);
  const { bent, moved } = outputs;
  if (test === undefined || bent === undefined || moved === undefined) return undefined;
  return item(bent) / item(moved) / test.bound;
}

/** y + dt Σ c_i k_i, computed in float64. */
function moved<Y>(
  { parts, of }: StateLayout<Y>,
  y: Y,
  dt: number,
  coefficients: readonly number[],
  k: readonly Y[],
): Y {
  const derivatives = k.map((stage) => parts(stage).map(toFloat64));
  const ends = parts(y).map((part, i) => {
    const own = derivatives.map((stage) => stage[i] as Float64Array);
    const end = plainAlgebra.combine(toFloat64(part), dt, coefficients, own);
    return fromNumbers(end, part.shape, part.dtype);
  });
  return of(ends);
}

interface StartingPoint<Y> {
  readonly s: number;
  readonly y: Y;
  readonly k0: Y;
  /** Signed distance to the end of the integration. */
  readonly remaining: number;
}

/** Hairer's choice of the first step, in float64 whatever the programs compute in; one evaluation of f. */
async function firstStep<Y>(
  { tableau, layout, tolerances }: ProgramStepperParts<Y>,
  derivativeAt: (s: number, y: Y) => Promise<Y>,
  { s, y, k0, remaining }: StartingPoint<Y>,
): Promise<number> {
  const limit = Math.abs(remaining);
  const numbers = (x: Y): Float64Array[] => layout.parts(x).map(toFloat64);
  const size = (x: readonly Float64Array[]): number => sizeAt(tolerances, layout.parts(y), x);
  const derivative = numbers(k0);
  const d1 = size(derivative);
  const h0 = initialStepGuess(size(numbers(y)), d1, limit);
  const signed = Math.sign(remaining) * h0;
  const k1 = numbers(await derivativeAt(s + signed, moved(layout, y, signed, [1], [k0])));
  const change = k1.map((part, i) => plainAlgebra.combine(part, -1, [1], [derivative[i] as Float64Array]));
  return initialStepSize(h0, d1, size(change) / h0, errorOrder(tableau), limit);
}

/** Size of x in units of what is allowed at y: the largest of its parts'. */
function sizeAt(
  tolerances: ProgramStepperParts<unknown>["tolerances"],
  y: readonly Tensor[],
  x: readonly Float64Array[],
): number {
  const sizes = tolerances.flatMap((tolerance, i) => {
    if (tolerance === undefined) return [];
    const at = y[i] as Tensor;
    const seen = controlled(at, tolerance);
    const state = seen(toFloat64(at));
    return [scaledNorm(tolerance, seen(x[i] as Float64Array), state, state)];
  });
  return Math.max(...sizes);
}

/** See `AdaptiveStepper.coarseType`. */
function coarseTypeOf<Y>({ tolerances, layout }: ProgramStepperParts<Y>, y: Y): FloatDType | undefined {
  for (const [i, part] of layout.parts(y).entries()) {
    const [tolerance, { dtype }] = [tolerances[i], part];
    if (tolerance === undefined || (dtype !== "float32" && dtype !== "float64")) continue;
    const magnitude = largestOf(controlled(part, tolerance)(toFloat64(part)));
    if (isBelowRounding(tolerance, dtype, magnitude)) return dtype;
  }
  return undefined;
}

/** Picks the elements that error control sees. */
function controlled(
  { shape }: Tensor,
  { toleranceColumns }: CompiledTolerance,
): (x: Float64Array) => Float64Array {
  const width = shape.at(-1) ?? 1;
  if (toleranceColumns === undefined || toleranceColumns >= width) return (x) => x;
  return (x) => x.filter((_, i) => i % width < toleranceColumns);
}
