import type { Random } from "../../tensor/index.js";

/** What a pool keeps, and what it weighs. */
interface PoolOptions<T> {
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
  readonly #kept: Place<T>[] = [];
  /** Items taken into a place so far, whether they were made or passed over. */
  #taken = 0;
  #made = 0;
  #oldest = 0;
  #order: number[] = [];
  #reuse = false;
  /** Of the first item. All are taken to be alike, so that the order is the same whichever of them were made. */
  #itemBytes: number | undefined;

  constructor(options: PoolOptions<T>) {
    this.#options = options;
  }

  /** Bytes kept now. */
  get bytes(): number {
    return this.#kept.reduce(
      (total, { item }) => total + (item === undefined ? 0 : this.#options.bytesOf(item)),
      0,
    );
  }

  /** Items made so far, repetitions included. */
  get made(): number {
    return this.#made;
  }

  /** The next item, made if it is not kept. */
  async next(): Promise<T> {
    const place = this.#turn();
    if (place.item !== undefined) return place.item;
    const item = await this.#options.make(place.index);
    this.#made++;
    this.#itemBytes ??= this.#options.bytesOf(item);
    place.item = item;
    return item;
  }

  /** Passes the next item over: it is not made, and what follows is the same. */
  async skip(): Promise<void> {
    if (this.#itemBytes === undefined) await this.next();
    else this.#turn();
  }

  #turn(): Place<T> {
    const { count, limit } = this.#options;
    const capacity = this.#itemBytes === undefined ? 1 : Math.max(1, Math.floor(limit / this.#itemBytes));
    if (count <= capacity && this.#taken >= count) return this.#again();
    if (this.#kept.length < capacity) return this.#fresh(this.#kept.length);
    this.#reuse = !this.#reuse && capacity > 1;
    if (this.#reuse) return this.#again();
    const place = this.#oldest;
    this.#oldest = (place + 1) % capacity;
    return this.#fresh(place);
  }

  #fresh(at: number): Place<T> {
    const place = { index: this.#taken % this.#options.count, item: undefined };
    this.#taken++;
    this.#kept[at] = place;
    return place;
  }

  #again(): Place<T> {
    if (this.#order.length === 0) this.#order = [...this.#options.random.permutation(this.#kept.length)];
    return this.#kept[this.#order.pop() ?? 0] as Place<T>;
  }
}

/** One of the items that are kept: which, and what it is once it was needed. */
interface Place<T> {
  readonly index: number;
  item: T | undefined;
}
