import {
  type AdaptiveMethod,
  adaptive,
  dopri5,
  type Field,
  fieldAs,
  orThrow,
  type Solution,
} from "../../ode/index.js";
import { compiledStepper, integrateAdaptive, requireSamplesApart } from "../../ode/internal.js";
import type { CompileOptions, NamedTensors } from "../../runtime/index.js";
import {
  cast,
  type FloatDType,
  fail,
  isHypersolversError,
  rows,
  sizeOf,
  type Tensor,
  toFloat64,
} from "../../tensor/index.js";
import { castFloats, shortNumber } from "../../tensor/internal.js";

/** What files and reports say of a reference. */
export interface ReferenceFacts {
  /** Spelling of its method: `dopri5@1e-8`. */
  readonly method: string;
  readonly precision: FloatDType;
}

/** Error of a reference relative to the tolerance it is solved with is around one; float32 rounding ends below this. */
const FLOAT32_TOLERANCE = 1e-6;

/** dopri5 with rtol = atol. @throws INVALID_ARGUMENT for a tolerance that is not positive and finite. */
export const referenceAt = (tolerance: number): AdaptiveMethod =>
  adaptive(dopri5, { rtol: tolerance, atol: tolerance });

/** The tightest reference, for measuring. */
export const MEASURING: AdaptiveMethod = referenceAt(1e-8);

/** The float type that the tolerances of a reference need. */
export const referencePrecision = (method: AdaptiveMethod): FloatDType =>
  looserTolerance(method) < FLOAT32_TOLERANCE ? "float64" : "float32";

/** The tolerance that decides how far a reference is off. */
export const looserTolerance = ({ rtol, atol }: AdaptiveMethod): number => Math.max(rtol, atol);

/** The facts of a method as reference. */
export const referenceFacts = (method: AdaptiveMethod): ReferenceFacts => ({
  method: method.text,
  precision: referencePrecision(method),
});

/**
 * Chooses the reference from the smallest step: residuals divide its error by ε^(p+1), so the tolerance is that
 * power times a thousandth of a typical residual's accuracy (1%), within [1e-10, 1e-5].
 */
export const chooseReference = (smallestEpsilon: number, order: number, tolerance?: number): AdaptiveMethod =>
  referenceAt(tolerance ?? Math.min(1e-5, Math.max(1e-10, 1e-5 * Math.abs(smallestEpsilon) ** (order + 1))));

/** Reference states, and what they cost. */
export interface ReferenceSolution {
  readonly states: Tensor[];
  /** Evaluations of f. */
  readonly nfe: number;
  /** See `SolveStatistics.jumps`. */
  readonly jumps?: number;
}

/** Numbers of a state that are worth showing. */
const SHOWN = 16;

/** @throws as `orThrow`; where one sample broke, with where it began, so that people can leave it out. */
function orThrowWithStart(solution: Solution<Tensor>, z0: Tensor): Solution<Tensor> {
  try {
    return orThrow(solution);
  } catch (error) {
    const { firstBadIndex } = solution;
    if (firstBadIndex === undefined || !isHypersolversError(error)) throw error;
    const [count = 1, ...rest] = z0.shape;
    const width = sizeOf(rest);
    const row = Math.floor(firstBadIndex / width) % count;
    const start = Array.from(toFloat64(rows(z0, row, row + 1)), (x) => shortNumber(x)).join(", ");
    const which = width > SHOWN ? `sample ${row} of ${count}` : `the sample that starts at (${start})`;
    throw fail(error.code, {
      ...error.facts,
      help: `it is ${which}: leave such states out, or shorten the span`,
    });
  }
}

/** A compiled reference solver. */
export interface Reference {
  /**
   * States at `times` after times[0], where z0 holds; the solver lands on each exactly.
   * @returns one tensor a time, the first being z0, in the reference's precision.
   * @throws NON_FINITE, STEP_LIMIT or STEP_UNDERFLOW when the field cannot be solved there.
   */
  states(
    z0: Tensor,
    times: readonly number[],
    controls: NamedTensors,
    signal?: AbortSignal,
  ): Promise<Tensor[]>;
  /** The same with its cost. */
  solve(...given: Parameters<Reference["states"]>): Promise<ReferenceSolution>;
  dispose(): Promise<void>;
}

/**
 * A reference solver, ready to run.
 * @throws UNSUPPORTED_FIELD where samples depend on each other: then references in other batches would be others.
 */
export async function compileReference(
  field: Field,
  method: AdaptiveMethod,
  options: CompileOptions = {},
): Promise<Reference> {
  requireSamplesApart(field, "references");
  const precision = referencePrecision(method);
  const programs = await compiledStepper(method.tableau, fieldAs(field, precision), method, {
    hot: true,
    ...options,
  });
  const solve: Reference["solve"] = async (z0, times, controls, signal) => {
    const typed = Object.fromEntries(
      Object.entries(controls).map(([name, value]) => [name, castFloats(value, precision)]),
    );
    const stepper = programs.with(typed);
    const states = [cast(z0, precision)];
    let nfe = 0;
    let jumps = 0;
    for (const [i, end] of times.slice(1).entries()) {
      const start = times[i] ?? end;
      const from = states[i] as Tensor;
      const loop = { ...method, lastStep: "clip", times: [start, end], signal } as const;
      const solution =
        start === end ? undefined : orThrowWithStart(await integrateAdaptive(stepper, from, loop), z0);
      nfe += solution?.statistics.nfe ?? 0;
      jumps += solution?.statistics.jumps ?? 0;
      states.push(solution?.lastGood.y ?? from);
    }
    return { states, nfe, ...(jumps > 0 && { jumps }) };
  };
  return {
    solve,
    states: async (...given) => (await solve(...given)).states,
    dispose: () => programs.dispose(),
  };
}
