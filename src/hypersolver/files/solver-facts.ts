import { z } from "zod";

/** Key of these facts in an exported solver's metadata. */
export const SOLVER_KEY = "hypersolvers.solver";

/** What an exported solver does. */
export interface SolverFacts {
  /** `rk4`, `hyper-heun`. */
  readonly method: string;
  readonly order: number;
  readonly steps: number;
  readonly span: readonly [number, number];
}

const schema: z.ZodType<SolverFacts> = z.object({
  method: z.string(),
  order: z.number(),
  steps: z.number(),
  span: z.tuple([z.number(), z.number()]),
});

/** The facts in a model's metadata; undefined when there are none that can be read. */
export function solverFactsOf(metadata: Readonly<Record<string, string>>): SolverFacts | undefined {
  try {
    return schema.safeParse(JSON.parse(metadata[SOLVER_KEY] ?? "null")).data;
  } catch {
    return undefined;
  }
}
