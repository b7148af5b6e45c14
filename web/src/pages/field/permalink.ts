import type { SolverSpec } from "../solver/solver-controls.js";

/** What the page of a field is asked, without any data. */
export interface FieldSpec {
  /** Of the gallery. */
  readonly field?: string;
  readonly span?: readonly [number, number];
  readonly states?: string;
  readonly low?: number;
  readonly high?: number;
  readonly solver?: Partial<SolverSpec>;
}

/** An address that opens the page with these settings. */
export const permalink = (spec: FieldSpec): string =>
  `#/field?${new URLSearchParams({ spec: JSON.stringify(spec) })}`;

/** The settings of an address; none where it has none, or nonsense. */
export function specOf(query: URLSearchParams): FieldSpec {
  try {
    const found: unknown = JSON.parse(query.get("spec") ?? "{}");
    return typeof found === "object" && found !== null ? checked(found) : {};
  } catch {
    return {};
  }
}

/** The members that are of their types. */
function checked(found: Record<string, unknown> | object): FieldSpec {
  const { field, span, states, low, high, solver } = found as Record<string, unknown>;
  const isSpan = Array.isArray(span) && span.length === 2 && span.every(Number.isFinite);
  return {
    ...(typeof field === "string" && { field }),
    ...(isSpan && { span: [Number(span[0]), Number(span[1])] as const }),
    ...(typeof states === "string" && { states }),
    ...(typeof low === "number" && { low }),
    ...(typeof high === "number" && { high }),
    ...(typeof solver === "object" && solver !== null && { solver: checkedSolver(solver) }),
  };
}

function checkedSolver(found: object): Partial<SolverSpec> {
  const { base, steps, tolerance, iterations, learn } = found as Record<string, unknown>;
  const kinds = ["correction", "coefficients", "student"] as const;
  return {
    ...(typeof base === "string" && { base }),
    ...(Number.isInteger(steps) && { steps: Number(steps) }),
    ...(typeof tolerance === "number" && tolerance > 0 && { tolerance }),
    ...(Number.isInteger(iterations) && { iterations: Number(iterations) }),
    ...(Array.isArray(learn) && { learn: kinds.filter((kind) => learn.includes(kind)) }),
  };
}
