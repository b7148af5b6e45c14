/**
 * Choices that a reading of a file makes as it meets them, in order, and makes again differently where the file does not
 * fit together after them: the last one first, as what does not fit is found soon after it was chosen.
 */
export class Readings {
  readonly #picks: number[] = [];
  readonly #options: number[] = [];
  #at = 0;

  /** Which of so many options is taken this time, the first one first. */
  pick(options: number): number {
    const at = this.#at++;
    this.#options[at] = options;
    this.#picks[at] ??= 0;
    return this.#picks[at];
  }

  /** Begins again with the last choice made that has an option left; false where none has. */
  again(): boolean {
    this.#picks.length = this.#at;
    this.#at = 0;
    while (this.#picks.length > 0) {
      const last = this.#picks.length - 1;
      const pick = (this.#picks[last] ?? 0) + 1;
      if (pick < (this.#options[last] ?? 0)) {
        this.#picks[last] = pick;
        return true;
      }
      this.#picks.pop();
    }
    return false;
  }
}
