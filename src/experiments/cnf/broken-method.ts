import type { Broken } from "../../tensor/index.js";

/** The row of a method that ran into NaN or a limit: a result, not a reason to lose the rows of the others. */
export interface BrokenMethod extends Broken {
  readonly method: string;
}
