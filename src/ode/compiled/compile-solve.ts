import type { CompileOptions, NamedTensors } from "../../runtime/index.js";
import type { Tensor } from "../../tensor/index.js";
import type { Field } from "../field/field.js";
import { resolveMethod } from "../methods/method-of.js";
import { planMesh, requestedTimes } from "../problem/grid.js";
import type { Solution, SolveStatistics } from "../problem/solution.js";
import type { SolveRequest } from "../problem/solve-request.js";
import { compileAdaptive } from "./adaptive-solve.js";
import { compileFixed } from "./fixed-solve.js";

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

/**
 * Prepares the solve of a field on the runtime: one program for fixed steps, one a step for step control.
 * @throws INVALID_ARGUMENT when the method or the place makes no sense, or they do not go together.
 */
export async function compileSolve(field: Field, options: CompiledSolveOptions): Promise<CompiledSolve> {
  const method = resolveMethod(options.method);
  return method.kind === "adaptive"
    ? compileAdaptive(field, method, requestedTimes(options), options)
    : compileFixed(field, method, planMesh(method.grid, options), options);
}

/** Compiles, runs once and disposes. The session stays cached for the next call of the same shape. */
export async function solveField(
  field: Field,
  z0: Tensor,
  options: CompiledSolveOptions & { readonly controls?: NamedTensors },
): Promise<FieldSolution> {
  const solve = await compileSolve(field, options);
  try {
    return await solve.run(z0, options.controls);
  } finally {
    await solve.dispose();
  }
}
