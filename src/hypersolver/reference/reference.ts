import { type AdaptiveMethod, type Field, fieldAs, orThrow } from "../../ode/index.js";
import { compiledStepper, integrateAdaptive, tableauMethodOf } from "../../ode/internal.js";
import type { CompileOptions, NamedTensors } from "../../runtime/index.js";
import { cast, type FloatDType, type Tensor } from "../../tensor/index.js";

/** How finely reference trajectories are solved. */
export interface ReferenceSettings {
  /** A pair with step control, by its name. */
  readonly method: string;
  /** rtol = atol. */
  readonly tolerance: number;
  readonly precision: FloatDType;
}

/** Error of a reference relative to the tolerance it is solved with is around one; float32 rounding ends below this. */
const FLOAT32_TOLERANCE = 1e-6;

/**
 * Chooses the reference from the smallest step: residuals divide its error by ε^(p+1), so the tolerance is that
 * power times a thousandth of a typical residual's accuracy (1%), within [1e-10, 1e-5].
 */
export function chooseReference(
  smallestEpsilon: number,
  order: number,
  tolerance?: number,
): ReferenceSettings {
  const chosen =
    tolerance ?? Math.min(1e-5, Math.max(1e-10, 1e-5 * Math.abs(smallestEpsilon) ** (order + 1)));
  return {
    method: "dopri5",
    tolerance: chosen,
    precision: chosen < FLOAT32_TOLERANCE ? "float64" : "float32",
  };
}

/** The tightest reference, for measuring. */
export const MEASURING: ReferenceSettings = { method: "dopri5", tolerance: 1e-8, precision: "float64" };

/** A compiled reference solver. */
export interface Reference {
  readonly settings: ReferenceSettings;
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
  dispose(): Promise<void>;
}

/**
 * A reference solver, ready to run.
 * @throws INVALID_ARGUMENT for a tolerance that is not positive and finite, or a method without an error estimate.
 */
export async function compileReference(
  field: Field,
  settings: ReferenceSettings,
  options: CompileOptions = {},
): Promise<Reference> {
  const { precision } = settings;
  const method = methodOfReference(settings);
  const programs = await compiledStepper(method.tableau, fieldAs(field, precision), method, {
    hot: true,
    ...options,
  });
  return {
    settings,
    states: async (z0, times, controls, signal) => {
      const typed = Object.fromEntries(
        Object.entries(controls).map(([name, value]) => [name, cast(value, precision)]),
      );
      const stepper = programs.with(typed);
      const states = [cast(z0, precision)];
      for (const [i, end] of times.slice(1).entries()) {
        const start = times[i] ?? end;
        const from = states[i] as Tensor;
        const loop = { times: [start, end], signal };
        states.push(start === end ? from : orThrow(await integrateAdaptive(stepper, from, loop)).lastGood.y);
      }
      return states;
    },
    dispose: () => programs.dispose(),
  };
}

function methodOfReference({ method, tolerance }: ReferenceSettings): AdaptiveMethod {
  const spec = { kind: "adaptive", tableau: method, rtol: tolerance, atol: tolerance } as const;
  return tableauMethodOf(spec) as AdaptiveMethod;
}
