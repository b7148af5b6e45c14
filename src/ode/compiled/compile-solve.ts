import type { NamedTensors } from "../../runtime/index.js";
import type { Tensor } from "../../tensor/index.js";
import type { Field } from "../field/field.js";
import { compileImplicit } from "../implicit/compiled-solve.js";
import { isImplicit } from "../methods/method.js";
import { resolveMethod } from "../methods/method-of.js";
import { planMesh, requestedTimes } from "../problem/grid.js";
import { checkOptionNames } from "../problem/option-names.js";
import { compileAdaptive } from "./adaptive-solve.js";
import { compiledSolveNames } from "./compiled-options.js";
import type { CompiledSolve, CompiledSolveOptions, FieldSolution } from "./compiled-solve.js";
import { compileFixed } from "./fixed-solve.js";

/**
 * Prepares the solve of a field on the runtime: one program for fixed steps, one a step for step control.
 * @throws INVALID_ARGUMENT for an unknown option, or when the method or the place makes no sense, or they do not go together.
 */
export async function compileSolve(field: Field, options: CompiledSolveOptions): Promise<CompiledSolve> {
  checkOptionNames("compileSolve", options, compiledSolveNames);
  const method = resolveMethod(options.method);
  if (isImplicit(method)) return compileImplicit(field, method, options);
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
  const { controls, ...rest } = options;
  const solve = await compileSolve(field, rest);
  try {
    return await solve.run(z0, controls);
  } finally {
    await solve.dispose();
  }
}
