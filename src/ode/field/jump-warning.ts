import type { Field } from "./field.js";
import { jumpingOperators } from "./jumping-operators.js";

/**
 * What is to be said of a solve that looked for jumps of f.
 * @param name of the method.
 * @param jumps see `SolveStatistics.jumps`.
 * @param help what to do.
 */
export function jumpWarning(field: Field, name: string, jumps: number, help: string): string {
  const kinds = jumpingOperators(field);
  const suspects = kinds.length === 0 ? "" : ` (look at its ${kinds.join(", ")})`;
  return `the field jumps, or changes almost as suddenly${suspects}: ${name} met ${jumps} such moments over all samples, and spent much of its time on finding out where. ${help}`;
}
