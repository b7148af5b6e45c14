/** What an early end of a phase is decided by. */
export interface Waiting {
  /** Validations in a row that were not the best. */
  readonly stale: number;
  /** How many times worse validation was than what is learned from: at the first look of the phase, and summed over those. */
  readonly first?: number | undefined;
  readonly gaps: number;
}

export const notWaiting: Waiting = { stale: 0, gaps: 0 };

/** Gaps that have grown by so much since the phase began: the training overfits. */
const GROWN = 1.5;

/** After one more validation. @param gap undefined where it is not known. */
export function waited({ stale, first, gaps }: Waiting, gap: number | undefined, isBest: boolean): Waiting {
  const begun = first ?? gap;
  return isBest
    ? { ...notWaiting, first: begun }
    : { stale: stale + 1, first: begun, gaps: gaps + (gap ?? 0) };
}

/**
 * Whether to stop early: a better validation is no longer to be expected. That none comes is not enough: at a high learning rate the best so
 * far is often a lucky one. Only where the training overfits does a lower rate not help.
 */
export const isInVain = ({ stale, first, gaps }: Waiting, patience: number | undefined): boolean =>
  patience !== undefined && first !== undefined && stale >= patience && gaps / stale > GROWN * first;
