import type { Random } from "../../tensor/index.js";

/** What a pool keeps, and what it weighs. */
export interface PoolOptions<T> {
  /** Makes the i-th item, at any time, any number of times. */
  readonly make: (index: number) => Promise<T>;
  readonly bytesOf: (item: T) => number;
  /** Bytes that may be kept. One item is always kept. */
  readonly limit: number;
  /** Number of different items there are. */
  readonly count: number;
  readonly random: Random;
}

/**
 * Items that are expensive to make and large to keep, one at a time, endlessly. New ones first; once the limit is reached,
 * a new one that takes the place of the oldest and a kept one by turns, so that half of the work is reuse. When all fit,
 * each is made once and then comes again in random order, all before any comes twice.
 */
export class ReferencePool<T> {
  readonly #options: PoolOptions<T>;
  readonly #kept: T[] = [];
  #made = 0;
  #oldest = 0;
  #order: number[] = [];
  #reuse = false;

  constructor(options: PoolOptions<T>) {
    this.#options = options;
  }

  /** Bytes kept now. */
  get bytes(): number {
    return this.#kept.reduce((total, item) => total + this.#options.bytesOf(item), 0);
  }

  /** Items made so far, repetitions included. */
  get made(): number {
    return this.#made;
  }

  async next(): Promise<T> {
    const { count } = this.#options;
    const capacity = this.#capacity();
    if (count <= capacity && this.#made >= count) return this.#again();
    if (this.#kept.length < capacity) return this.#fresh(this.#kept.length);
    this.#reuse = !this.#reuse && capacity > 1;
    if (this.#reuse) return this.#again();
    const place = this.#oldest;
    this.#oldest = (place + 1) % capacity;
    return this.#fresh(place);
  }

  #capacity(): number {
    const [first] = this.#kept;
    if (first === undefined) return 1;
    return Math.max(1, Math.floor(this.#options.limit / this.#options.bytesOf(first)));
  }

  async #fresh(place: number): Promise<T> {
    const item = await this.#options.make(this.#made % this.#options.count);
    this.#made++;
    this.#kept[place] = item;
    return item;
  }

  #again(): T {
    if (this.#order.length === 0) this.#order = [...this.#options.random.permutation(this.#kept.length)];
    return this.#kept[this.#order.pop() ?? 0] as T;
  }
}
