import { type CompileOptions, compile, type NamedTensors, type Program } from "../runtime/index.js";
import {
  cast,
  type DType,
  firstNonFinite,
  fromNumbers,
  item,
  scalar,
  type Tensor,
  toFloat64,
} from "../tensor/index.js";
import { plainAlgebra } from "./algebra.js";
import { stepFeeds } from "./compiled-steps.js";
import { type Field, stateType } from "./field.js";
import { initialStepGuess, initialStepSize } from "./initial-step.js";
import { denseWeights } from "./interpolation.js";
import { clampTo, type Span } from "./mesh.js";
import { scaledNorm } from "./plain-stepper.js";
import type { AdaptiveStepper } from "./stepper.js";
import { type AdaptiveTableau, errorOrder } from "./tableau.js";
import { type CompiledTolerance, evaluationGraph, trialGraph } from "./trial-graph.js";

/** The compiled programs of adaptive stepping. */
export interface CompiledStepper {
  /**
   * The stepper for given values of the field's controls: its attempts are runs of one program.
   * @param span where f may be evaluated. Default: anywhere.
   */
  with(controls: NamedTensors, span?: Span): AdaptiveStepper<Tensor>;
  dispose(): Promise<void>;
}

export interface CompiledStepperOptions extends CompileOptions {
  /** Return the stages of every step, for dense output inside steps. Costs copies. Default false. */
  readonly dense?: boolean;
}

/**
 * Compiles the two programs of adaptive stepping: f alone, and one attempt (all stages, the error norm and the new
 * first stage in one run). Hairer's first step is computed outside, once a solve, by the formulas of `plainStepper`.
 */
export async function compiledStepper(
  tableau: AdaptiveTableau,
  field: Field,
  tolerance: CompiledTolerance,
  options: CompiledStepperOptions = {},
): Promise<CompiledStepper> {
  const { dense = false, ...compileOptions } = options;
  const programs: StepperPrograms = {
    evaluate: await compile(evaluationGraph(field), { ...compileOptions, hot: false }),
    trial: await compile(trialGraph(field, tableau, tolerance, dense), { hot: true, ...compileOptions }),
  };
  const { dtype } = stateType(field);
  return {
    with: (controls, span) => stepperOf({ tableau, programs, tolerance, controls, span, dtype }),
    dispose: async () => {
      for (const program of Object.values(programs)) await program.dispose();
    },
  };
}

type StepperPrograms = Readonly<Record<"evaluate" | "trial", Program>>;

interface StepperParts {
  readonly tableau: AdaptiveTableau;
  readonly programs: StepperPrograms;
  readonly tolerance: CompiledTolerance;
  readonly controls: NamedTensors;
  readonly span: Span | undefined;
  readonly dtype: DType;
}

function stepperOf({
  tableau,
  programs,
  tolerance,
  controls,
  span,
  dtype,
}: StepperParts): AdaptiveStepper<Tensor> {
  // The last stage starts the next step.
  const reuse = tableau.fsal || (tolerance.reuseLastStage ?? tableau.reuseLastStage);
  const evaluateAt = async (s: number, y: Tensor): Promise<Tensor> => {
    const at = span === undefined ? s : clampTo(span, s);
    const { k } = await programs.evaluate.run({ ...controls, "/s": scalar(at, dtype), "/z": y });
    return cast(k as Tensor, dtype);
  };
  return {
    errorOrder: errorOrder(tableau),
    evaluationsPerTrial: tableau.stages - 1,
    firstBadIndex: bad,
    evaluate: async (s, y) => {
      const k = await evaluateAt(s, y);
      return { k, firstBadIndex: bad(k) };
    },
    initialStep: (s, y, k0, remaining) => firstStep(evaluateAt, tableau, tolerance, { s, y, k0, remaining }),
    trial: async (s, dt, y, k0) => {
      const place = stepFeeds({ s, dt, span }, dtype);
      const outputs = await programs.trial.run({ ...controls, ...place, "/z": y, "/k0": k0 });
      const { y1, last, ratio } = outputs as { y1: Tensor; last: Tensor; ratio: Tensor };
      const errorRatio = item(ratio);
      return {
        y1: cast(y1, dtype),
        k1: reuse ? cast(last, dtype) : undefined,
        errorRatio,
        firstBadIndex: Number.isFinite(errorRatio) ? undefined : (bad(y1) ?? bad(last)),
        stages: tableau.b.flatMap((_, i) => outputs[`stage${i}`] ?? []),
      };
    },
    interpolate: ({ y0, dt, stages, k1 }, theta) => {
      const k = [...stages, k1].map(toFloat64);
      const y = plainAlgebra.combine(toFloat64(y0), dt, denseWeights(tableau, theta), k);
      return fromNumbers(y, y0.shape, dtype);
    },
  };
}

function bad(value: Tensor): number | undefined {
  const index = firstNonFinite(value);
  return index < 0 ? undefined : index;
}

interface StartingPoint {
  readonly s: number;
  readonly y: Tensor;
  readonly k0: Tensor;
  /** Signed distance to the end of the integration. */
  readonly remaining: number;
}

/** Hairer's choice of the first step, in float64 whatever the field computes in; one evaluation of f. */
async function firstStep(
  evaluateAt: (s: number, y: Tensor) => Promise<Tensor>,
  tableau: AdaptiveTableau,
  tolerance: CompiledTolerance,
  { s, y, k0, remaining }: StartingPoint,
): Promise<number> {
  const limit = Math.abs(remaining);
  const [state, slope] = [toFloat64(y), toFloat64(k0)];
  const size = (x: Float64Array): number => scaledNorm(tolerance, x, state, state);
  const d1 = size(slope);
  const h0 = initialStepGuess(size(state), d1, limit);
  const signed = Math.sign(remaining) * h0;
  const ahead = fromNumbers(plainAlgebra.combine(state, signed, [1], [slope]), y.shape, y.dtype);
  const k1 = toFloat64(await evaluateAt(s + signed, ahead));
  const change = k1.map((value, i) => value - (slope[i] ?? 0));
  return initialStepSize(h0, d1, size(change) / h0, errorOrder(tableau), limit);
}
