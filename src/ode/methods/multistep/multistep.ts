import type { LinearMethod } from "../linear-method.js";

/** A method whose steps use evaluations that steps before them made, as data. */
export interface MultistepMethod extends LinearMethod {
  readonly name: string;
  /** As tables and figures have it. */
  readonly title: string;
  /** Global order of convergence. */
  readonly order: number;
  /** Where it comes from. */
  readonly reference: string;
}
