import type { LearnedKind } from "../fit/learned-solver.js";
import type { Candidate, FitFacts, LearnedArtifact } from "./trial.js";

/** Fits made by other processes, several at once, while solvers are timed here. */
export interface RemoteFits {
  /** How many to begin at once. */
  readonly slots: number;
  /**
   * Makes a fit.
   * @param settings every choice made, as plain data.
   * @throws NON_FINITE where it broke; INTERRUPTED at a signal.
   */
  make(kind: LearnedKind, settings: object, signal: AbortSignal | undefined): Promise<RemoteFit>;
}

/** What was learned elsewhere. */
export interface RemoteFit {
  readonly title: string | undefined;
  readonly file: LearnedArtifact;
  readonly fit: FitFacts;
}

/** A candidate whose fit begins elsewhere at once, and is waited for when it is tried. */
export function handedOut(
  candidate: Candidate,
  fits: RemoteFits,
  signal: AbortSignal | undefined,
): Candidate {
  const making = fits.make(candidate.family as LearnedKind, candidate.settings as object, signal);
  // The error reaches whoever awaits `make`; nobody may, where the search ends before.
  making.catch(() => undefined);
  return {
    ...candidate,
    make: async () => {
      const { title, file, fit } = await making;
      return { method: candidate.load(file, undefined), title, file, fit };
    },
  };
}
