import type { Correction } from "../../src/hypersolver/index.js";
import { hyper } from "../../src/hypersolver/index.js";
import { isHyper } from "../../src/hypersolver/internal.js";
import {
  type AdaptiveMethod,
  adaptive,
  type ButcherTableau,
  dopri5,
  type FixedMethod,
  fixed,
  heun,
  type Method,
  rk4,
} from "../../src/ode/index.js";
import { isAdaptive, withoutErrorControl, withStepControl } from "../../src/ode/internal.js";

export const steps: FixedMethod = fixed(heun, { steps: 4 });
export const mesh: FixedMethod = fixed(dopri5, { mesh: [0, 0.2, 1] });
export const tolerances: AdaptiveMethod = adaptive(dopri5, { rtol: 1e-5, atol: 1e-5 });
export const several: readonly Method[] = [steps, mesh, tolerances];

// @ts-expect-error in how many steps?
fixed(heun);
// @ts-expect-error fixed steps have no tolerances
fixed(heun, { rtol: 1e-5 });
// @ts-expect-error a tableau, not its name: names are read by `resolveMethod`
fixed("heun", { steps: 4 });

/** Step control wants an error estimate. */
// @ts-expect-error RK4 has none
adaptive(rk4);
// @ts-expect-error nor has a pair that gave it up
adaptive(withoutErrorControl(dopri5));
// @ts-expect-error tolerances choose the steps
adaptive(dopri5, { steps: 4 });
export function perhaps(tableau: ButcherTableau): Method {
  // @ts-expect-error not every tableau has one
  adaptive(tableau);
  return isAdaptive(tableau) ? adaptive(tableau) : fixed(tableau, { steps: 4 });
}

/** What a method is, its kind tells. */
export function costs(method: Method): number {
  // @ts-expect-error only step control has tolerances
  method.rtol;
  return method.kind === "adaptive" ? method.rtol : method.order;
}

export function unchanged(method: Method): Method {
  // @ts-expect-error a method is a value
  method.order = 4;
  return withStepControl(method, { rtol: 1e-3 });
}

export function corrected(correction: Correction, method: Method): Correction | undefined {
  hyper(correction, { steps: 2 });
  // @ts-expect-error a correction learned fixed steps
  hyper(correction, { rtol: 1e-3 });
  // @ts-expect-error and a tableau is no correction
  hyper(heun, { steps: 2 });
  return isHyper(method) ? method.correction : undefined;
}
