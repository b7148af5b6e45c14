import type { CompileOptions, NamedTensors } from "../../runtime/index.js";
import type { Tensor } from "../../tensor/index.js";
import type { Solution, SolveStatistics } from "../problem/solution.js";
import type { SolveRequest } from "../problem/solve-request.js";

/** Costs of a solve, whole: what a correction costs is in. */
export interface FieldStatistics extends SolveStatistics {
  /** Evaluations of a correction g. */
  readonly gCalls: number;
  /** Multiply–accumulates a sample, f and g together. */
  readonly macs: number;
}

/** Outcome of a solve of a compiled field. */
export interface FieldSolution extends Solution<Tensor> {
  readonly statistics: FieldStatistics;
}

/** What a compiled solve is asked, and what it runs on. */
export interface CompiledSolveOptions extends SolveRequest<Tensor>, CompileOptions {}

/** A solve ready to run from many initial states. */
export interface CompiledSolve {
  /**
   * @param z0 initial states, [batch, …]; converted to the field's float type.
   * @param controls values of the field's controls, with the batch of z0.
   * @returns the outcome as a value, failures of integration included.
   * @throws SHAPE_MISMATCH, MISSING_INPUT, INVALID_ARGUMENT for an empty batch.
   */
  run(z0: Tensor, controls?: NamedTensors): Promise<FieldSolution>;
  dispose(): Promise<void>;
}
