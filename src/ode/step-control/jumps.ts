/** A step that was refused: the logarithms of how long it was, and of its error over what is allowed. */
interface Refusal {
  readonly size: number;
  readonly ratio: number;
}

/** A stretch that steps were refused on, until one has passed its end. */
interface Search {
  /** Where the shortest step that was refused would have ended. */
  readonly end: number;
  readonly refusals: readonly Refusal[];
}

/** A search shrinks the step so much, by so many refusals. */
const SHRINKS = Math.log(8);
const REFUSALS = 4;
/** So many jumps, and such a share of all attempts for finding them, are worth a word. */
const JUMPS = 3;
const SHARE = 0.4;
/** What the error of a step does that crosses a jump of f: it shrinks as dt; as dt² across a kink; else to the order of the pair. */
const SLOPES = [0.85, 1.45] as const;

/**
 * Tells that f jumps by how steps are refused: again and again on shorter stretches, with errors that shrink no faster than the
 * steps. Past the jump, steps are as long as before.
 * Reference: C. W. Gear, O. Østerby, Solving ordinary differential equations with discontinuities, ACM TOMS 10 (1984).
 */
export class JumpCount {
  #search: Search | undefined;
  #attempts = 0;
  #spent = 0;
  #jumps = 0;
  /** Sums over searches of products of deviations: of sizes with ratios, and of sizes. */
  #products = 0;
  #squares = 0;

  /** A refused step of length dt that would have ended at `end`. @param ratio error over what is allowed; NaN tells nothing. */
  refused(dt: number, end: number, ratio: number): void {
    this.#attempts++;
    if (!Number.isFinite(ratio)) return;
    const refusal = { size: Math.log(Math.abs(dt)), ratio: Math.log(ratio) };
    this.#search = { end, refusals: [...(this.#search?.refusals ?? []), refusal] };
  }

  /** An accepted step to s1, in this direction (1 or −1). */
  accepted(s1: number, direction: number): void {
    this.#attempts++;
    const search = this.#search;
    if (search === undefined || direction * (s1 - search.end) < 0) return;
    this.#search = undefined;
    this.#learn(search.refusals);
  }

  #learn(refusals: readonly Refusal[]): void {
    const sizes = refusals.map(({ size }) => size);
    if (refusals.length < REFUSALS || Math.max(...sizes) - Math.min(...sizes) < SHRINKS) return;
    this.#jumps++;
    this.#spent += refusals.length;
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    for (const { size, ratio } of refusals) {
      this.#products += (size - mean) * ratio;
      this.#squares += (size - mean) ** 2;
    }
  }
  /** How many jumps were found where finding them took much of the solve; else undefined. */
  get found(): number | undefined {
    const slope = this.#products / this.#squares;
    const isMuch = this.#jumps >= JUMPS && this.#spent >= SHARE * this.#attempts;
    return isMuch && slope > SLOPES[0] && slope < SLOPES[1] ? this.#jumps : undefined;
  }
}
