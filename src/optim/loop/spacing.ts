/** How often a training is looked at. */
export interface SpacingOptions {
  /** Points of the curve, about. */
  readonly points: number;
  /** Validations, about; there is one at the end of every phase in any case. */
  readonly validations: number;
  /** Whether these numbers are those of the whole run, or of each phase by itself. */
  readonly each: "run" | "phase";
}

/** Iterations between two looks. */
interface Spacing {
  /** From one point of the curve to the next. */
  readonly block: number;
  /** From one validation to the next: a multiple of `block`. */
  readonly validateEvery: number;
}

/** Blocks of equal length, and validations at the ends of some: rather more of them than were asked for. */
export function spacingOf(
  iterations: number,
  { points, validations }: Pick<SpacingOptions, "points" | "validations">,
): Spacing {
  const block = Math.max(1, Math.floor(iterations / points));
  return { block, validateEvery: Math.max(block, Math.floor(iterations / validations / block) * block) };
}
