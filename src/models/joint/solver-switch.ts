import type { NamedTensors } from "../../runtime/index.js";
import { item, scalar, type Tensor } from "../../tensor/index.js";

/** When a hypersolver may solve the task. */
export interface SwitchRule {
  /** It takes over where its smoothed error is not above. */
  readonly threshold: number;
  /** It gives back where its smoothed error is above this many times the threshold. */
  readonly release: number;
}

/** Share of the past in the smoothed error: five looks. */
const SMOOTHING = 0.8;

/** Who solves the task: decided by the errors that were measured so far, with hysteresis. */
export class SolverSwitch {
  readonly #rule: SwitchRule;
  #last = Number.NaN;
  #error = Number.POSITIVE_INFINITY;
  #isOn = false;

  constructor(rule: SwitchRule) {
    this.#rule = rule;
  }

  /** The last error that was finite; NaN before there was one. */
  get last(): number {
    return this.#last;
  }

  /** Whether the hypersolver solves. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** A measured error; NaN and infinity, such as of a solve that broke, take the hypersolver off at once. */
  see(error: number): void {
    const { threshold, release } = this.#rule;
    if (!Number.isFinite(error)) {
      this.#error = Number.POSITIVE_INFINITY;
      this.#isOn = false;
      return;
    }
    this.#last = error;
    const before = Number.isFinite(this.#error) ? this.#error : error;
    this.#error = SMOOTHING * before + (1 - SMOOTHING) * error;
    if (this.#error <= threshold) this.#isOn = true;
    else if (this.#error > release * threshold) this.#isOn = false;
  }

  /** All that it knows. */
  state(): NamedTensors {
    const numbers = { last: this.#last, error: this.#error, isOn: this.#isOn ? 1 : 0 };
    return Object.fromEntries(
      Object.entries(numbers).map(([name, value]) => [name, scalar(value, "float64")]),
    );
  }

  restore({ last, error, isOn }: NamedTensors): void {
    this.#last = item(last as Tensor);
    this.#error = item(error as Tensor);
    this.#isOn = item(isOn as Tensor) === 1;
  }
}
