import type { NamedTensors } from "../../runtime/index.js";
import type { Tensor } from "../../tensor/index.js";
import type { FieldSolution } from "../compiled/compiled-solve.js";
import type { SolveStatistics } from "../problem/solution.js";

/** A solve that can be gone back over: what the ways to differentiate one have in common. */
export interface DifferentiableSolve {
  /** @param controls values of controls and parameters. */
  run(z0: Tensor, controls: NamedTensors): Promise<SolvedForward>;
  dispose(): Promise<void>;
}

/** A solve that was run, and the way back. */
export interface SolvedForward {
  readonly solution: FieldSolution;
  /**
   * Only after a successful solve.
   * @param cotangents ∂loss/∂z at the requested times, where the loss looks.
   */
  pullBack(cotangents: readonly (Tensor | undefined)[]): Promise<PulledBack>;
}

/** Where the cotangents of a solve end up. */
export interface PulledBack {
  readonly z0: Tensor;
  /** For every float control, parameters among them, by name. */
  readonly sums: NamedTensors;
  readonly statistics: SolveStatistics;
}
