import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { fail } from "./errors.js";
import { LARGEST_SEED } from "./seed.js";

/**
 * A seeded stream of random numbers (xoroshiro128+). The only source of randomness in the library:
 * whoever needs numbers is given one of these.
 */
export class Random {
  readonly seed: number;
  readonly #generator: ReturnType<typeof xoroshiro128plus>;
  #spare: number | undefined;

  /**
   * @param seed an integer of 32 bits, with a sign or without one.
   * @throws INVALID_ARGUMENT for another number: two seeds would give the same stream.
   */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed > LARGEST_SEED || seed < -LARGEST_SEED / 2 - 1)
      throw fail("INVALID_ARGUMENT", {
        what: "seed",
        expected: `an integer from 0 to ${LARGEST_SEED}`,
        received: String(seed),
      });
    this.seed = seed | 0;
    this.#generator = xoroshiro128plus(this.seed);
  }

  /** An independent stream for a named purpose, so that adding a draw in one place shifts no other. */
  fork(purpose: string): Random {
    let hash = this.seed ^ 0x9e3779b9;
    for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193);
    return new Random(hash ^ (hash >>> 15));
  }

  /** One number, uniform in [0, 1). */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /** One integer, uniform in [from, to], both ends included. */
  integer(from: number, to: number): number {
    return uniformInt(this.#generator, from, to);
  }

  /** One standard normal number (Marsaglia's polar method). */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const square = u * u + v * v;
      if (square > 0 && square < 1) {
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        this.#spare = v * factor;
        return u * factor;
      }
    }
  }

  /** A uniformly random order of 0 … n-1 (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(0, i);
      const swapped = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = swapped;
    }
    return order;
  }
}

/** Fills a new float32 array with draws. */
export function draw(length: number, next: () => number): Float32Array {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = next();
  return values;
}
