import type { PlainField, Span } from "../../src/ode/index.js";

/** An initial value problem whose solution is known in closed form. */
export interface Problem {
  readonly name: string;
  readonly field: PlainField;
  readonly span: Span;
  /** Exact state at s; the initial state is `exact(span[0])`. */
  readonly exact: (s: number) => readonly number[];
  /** Where problem and solution come from. */
  readonly reference: string;
}
