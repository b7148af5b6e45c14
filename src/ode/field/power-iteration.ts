import { fail } from "../../tensor/index.js";

/** Sizes of the largest eigenvalues. */
export interface SpectralRadii {
  /** max |λ| of ∂f/∂z, one number a sample. */
  readonly radii: Float64Array;
  /** Samples whose iteration did not come to rest: their number is the mean growth of a vector, and less exact. */
  readonly unsettled: number;
}

/** Below it a direction is rounding of what it was subtracted from. */
const ROUNDING = 1e-11;

/** What power iterations have found, sample by sample. */
export class PowerIteration {
  readonly #tolerance: number;
  readonly #radii: Float64Array;
  readonly #isSettled: boolean[];
  /** Logarithms of the growth of the vectors in each iteration. */
  readonly #growths: number[][];

  constructor(count: number, tolerance: number) {
    this.#tolerance = tolerance;
    this.#radii = new Float64Array(count);
    this.#isSettled = new Array<boolean>(count).fill(false);
    this.#growths = Array.from({ length: count }, () => []);
  }

  get isSettled(): boolean {
    return this.#isSettled.every((settled) => settled);
  }

  /** @param numbers [batch, 5] of one iteration. @throws NON_FINITE. */
  add(numbers: Float64Array): void {
    for (let i = 0; i < this.#radii.length; i++) {
      if (this.#isSettled[i]) continue;
      const [alpha = 0, beta = 0, xi1 = 0, xi2 = 0, rest = 0] = numbers.subarray(5 * i, 5 * i + 5);
      const size = Math.hypot(xi1, xi2, rest);
      if (!Number.isFinite(size))
        throw fail("NON_FINITE", {
          what: `Jacobian of sample ${i}`,
          expected: "finite derivatives",
          received: String(size),
        });
      this.#growths[i]?.push(Math.log(size) / 2);
      const isLine = beta <= ROUNDING * Math.abs(alpha);
      this.#radii[i] = isLine ? Math.abs(alpha) : largestRoot(xi2 / beta, xi1 - (xi2 / beta) * alpha);
      this.#isSettled[i] = isLine || rest <= this.#tolerance * size;
    }
  }

  result(): SpectralRadii {
    const radii = this.#radii.map((radius, i) =>
      this.#isSettled[i] ? radius : meanGrowth(this.#growths[i] ?? []),
    );
    return { radii, unsettled: this.#isSettled.filter((settled) => !settled).length };
  }
}

/** The larger |λ| with λ² = aλ + b. */
function largestRoot(a: number, b: number): number {
  const discriminant = a * a + 4 * b;
  return discriminant < 0 ? Math.sqrt(-b) : (Math.abs(a) + Math.sqrt(discriminant)) / 2;
}

/** ‖Jⁿv‖^(1/n), which tends to the spectral radius (Gelfand), without the first half, which still turns. */
function meanGrowth(logs: readonly number[]): number {
  const late = logs.slice(Math.floor(logs.length / 2));
  return Math.exp(late.reduce((sum, log) => sum + log, 0) / late.length);
}
