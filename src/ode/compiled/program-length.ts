import { topological } from "../../graph/internal.js";
import type { Field } from "../field/field.js";

/** Solves of up to this many evaluations of f become one program; longer ones repeat a step. */
export const UNROLL_LIMIT = 128;

/**
 * Operators in one program, about, beyond which a step is repeated as well: ONNX Runtime prepares large programs in a time
 * that grows with the square of their size, and a run of such a step costs far more than its start.
 */
const UNROLL_OPERATORS = 2048;

/** Whether so many evaluations of f are too many for a program that has all of them one after another. */
export const isLong = (field: Field, nfe: number): boolean =>
  nfe > UNROLL_LIMIT || nfe * operatorsOf(field) > UNROLL_OPERATORS;

/** How many operators an evaluation of f is made of. */
function operatorsOf({ graph, roles }: Field): number {
  const dz = graph.outputs[roles.output];
  return dz === undefined ? 0 : topological([dz]).length;
}
