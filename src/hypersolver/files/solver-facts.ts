import { z } from "zod/mini";
import { type FixedMethod, nonStationary, type Span } from "../../ode/index.js";
import { isNonStationary, isReversible, planMesh } from "../../ode/internal.js";
import { hyper, isHyper } from "../correction/hyper.js";
import { knownSpec, methodSpecSchema } from "../correction/method-of.js";
import type { AnyMethodSpec } from "../correction/method-text.js";
import { isCorrected } from "../learned/corrected-method.js";
import { isStudent } from "../student/student-method.js";

/** Key of these facts in an exported solver's metadata. */
export const SOLVER_KEY = "hypersolvers.solver";

/** What an exported solver does. */
export interface SolverFacts {
  /** Name of the method: `rk4`, `hyper-heun`. */
  readonly method: string;
  readonly order: number;
  readonly steps: number;
  readonly span: readonly [number, number];
  /** Spelling of the method: `rk4:4`. Absent in files of version 0.1. */
  readonly text?: string | undefined;
  /** The method as plain JSON. Absent in files of version 0.1, and where a later version wrote what this one cannot read. */
  readonly spec?: AnyMethodSpec | undefined;
}

const schema: z.core.$ZodType<SolverFacts> = z.object({
  method: z.string(),
  order: z.number(),
  steps: z.number(),
  span: z.tuple([z.number(), z.number()]),
  text: z.optional(z.string()),
  spec: z.catch(z.optional(methodSpecSchema), undefined),
});

/** The facts of a method over a span. They name no file: a solver holds its own correction or coefficients. */
export function solverFacts(method: FixedMethod, span: Span): SolverFacts {
  const own = withoutFile(method);
  const { name, order, text } = own;
  const { mesh } = planMesh(method.grid, { span });
  return {
    method: name,
    order,
    steps: mesh.length - 1,
    span: [span[0], span[1]],
    text,
    spec: knownSpec(own),
  };
}

/** The same method, named by what it is. */
function withoutFile(method: FixedMethod): FixedMethod {
  if (isReversible(method)) return method.withBase(withoutFile(method.base));
  if (isHyper(method)) return hyper(method.correction, method.grid);
  if (isCorrected(method) || isStudent(method)) return method.withoutFile();
  return isNonStationary(method) ? nonStationary(method.coefficients, method.grid) : method;
}

/** The facts in a model's metadata; undefined when there are none that can be read. */
export function solverFactsOf(metadata: Readonly<Record<string, string>>): SolverFacts | undefined {
  try {
    return z.safeParse(schema, JSON.parse(metadata[SOLVER_KEY] ?? "null")).data;
  } catch {
    return undefined;
  }
}
