/** The row of a method that ran into NaN or a limit: a result, not a reason to lose the rows of the others. */
export interface BrokenMethod {
  readonly method: string;
  /** What it said. */
  readonly obstacle: string;
}

export const isBroken = (row: { readonly method: string } | undefined): row is BrokenMethod =>
  row !== undefined && "obstacle" in row;
