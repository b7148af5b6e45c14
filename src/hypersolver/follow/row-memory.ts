import type { NamedTensors } from "../../runtime/index.js";
import type { Tensor } from "../../tensor/index.js";
import { withPrefix } from "../../tensor/internal.js";
import type { ResidualRows } from "../reference/residual-rows.js";

/**
 * The last few observations, the newest first. What a field did a few iterations ago is nearly what it does now, so that g
 * may learn from it again: references cost more than updates.
 */
export class RowMemory {
  readonly #size: number;
  #rows: readonly ResidualRows[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  add(rows: ResidualRows): void {
    this.#rows = [rows, ...this.#rows].slice(0, this.#size);
  }

  /** What an update learns from: the newest first, then back in time, and again. */
  at(update: number): ResidualRows {
    return this.#rows[update % this.#rows.length] as ResidualRows;
  }

  state(): NamedTensors {
    return Object.fromEntries(
      this.#rows.flatMap((rows, i) =>
        Object.entries(rows).map(([name, value]): [string, Tensor] => [`${i}/${name}`, value]),
      ),
    );
  }

  restore(saved: NamedTensors): void {
    const count = new Set(Object.keys(saved).map((name) => name.split("/")[0])).size;
    this.#rows = Array.from({ length: count }, (_, i) => withPrefix(saved, `${i}/`));
  }
}
