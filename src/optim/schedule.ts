import { fail } from "../tensor/index.js";

/** Learning rate of an iteration, counted from 0. */
export type Schedule = (iteration: number) => number;

/** The same learning rate in every iteration. */
export const constant =
  (learningRate: number): Schedule =>
  () =>
    learningRate;

interface CosineOptions {
  /** Rate of iteration 0. */
  readonly from: number;
  /** Rate of iteration `iterations`, held afterwards. Default 0. */
  readonly to?: number;
  readonly iterations: number;
}

/** Half a cosine from one rate to another (Loshchilov and Hutter, 2017): PyTorch's `CosineAnnealingLR`. */
export function cosineAnnealing({ from, to = 0, iterations }: CosineOptions): Schedule {
  requirePositive("cosineAnnealing: iterations", iterations);
  return (iteration) => cosine(from, to, iteration / iterations);
}

/** Rises linearly to the first rate of another schedule over some iterations, then follows it from its start. */
export function warmup(schedule: Schedule, iterations: number): Schedule {
  return (iteration) =>
    iteration < iterations
      ? (schedule(0) * (iteration + 1)) / (iterations + 1)
      : schedule(iteration - iterations);
}

interface OneCycleOptions {
  /** Highest rate. */
  readonly peak: number;
  /** Length of the whole cycle. */
  readonly iterations: number;
  /** Share of the cycle that rises, below 1. Default 0.3. */
  readonly rise?: number;
  /** peak / first rate. Default 25. */
  readonly startDivisor?: number;
  /** First rate / last rate. Default 1e4. */
  readonly endDivisor?: number;
}

/** Up and down in one cycle of half cosines (Smith and Topin, 2018): PyTorch's `OneCycleLR` with its defaults. */
export function oneCycle({
  peak,
  iterations,
  rise = 0.3,
  startDivisor = 25,
  endDivisor = 1e4,
}: OneCycleOptions): Schedule {
  requirePositive("oneCycle: iterations", iterations);
  const first = peak / startDivisor;
  const top = rise * iterations - 1;
  return (iteration) =>
    iteration < top
      ? cosine(first, peak, iteration / top)
      : cosine(peak, first / endDivisor, (iteration - top) / (iterations - 1 - top));
}

/** Half a cosine between two values, held outside 0 ≤ share ≤ 1. */
function cosine(from: number, to: number, share: number): number {
  const clamped = Math.min(1, Math.max(0, share));
  return to + ((from - to) * (1 + Math.cos(Math.PI * clamped))) / 2;
}

function requirePositive(what: string, iterations: number): void {
  if (iterations > 0) return;
  throw fail("INVALID_ARGUMENT", { what, expected: "a positive number", received: String(iterations) });
}
