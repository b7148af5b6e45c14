import type { Method } from "../methods/method.js";
import type { StepEvent } from "../step-control/adaptive-options.js";
import type { SolvePlace } from "./grid.js";

/** What a solve is asked: where, and by which method. */
export interface SolveRequest<Y> extends SolvePlace {
  /**
   * The method, or its spelling where it is made of a tableau: `"heun:4"`, `"dopri5@1e-5"`. Default: dopri5 at rtol 1e-7 and
   * atol 1e-9. A method whose grid is all points of the solve needs neither span nor times.
   */
  readonly method?: Method | string | undefined;
  /** Ends the solve early. Which program runs does not depend on it: one that is a whole solve looks before and after. */
  readonly signal?: AbortSignal | undefined;
  /** Sees every step; a compiled solve then runs step by step. */
  readonly onStep?: ((event: StepEvent<Y>) => void) | undefined;
}
