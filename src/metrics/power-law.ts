import { fail } from "../tensor/index.js";

/** y = factor · x^exponent. */
export interface PowerLaw {
  readonly exponent: number;
  readonly factor: number;
}

/**
 * The power law through points by least squares in logarithms, such as error against step size, whose exponent is the
 * order of a method.
 * @param points positive, with at least two different x.
 * @throws INVALID_ARGUMENT otherwise.
 */
export function powerLaw(points: readonly { readonly x: number; readonly y: number }[]): PowerLaw {
  const logs = points.map(({ x, y }) => [Math.log(x), Math.log(y)] as const);
  const meanOf = (of: (log: readonly [number, number]) => number): number =>
    logs.reduce((total, log) => total + of(log), 0) / logs.length;
  const [x, y] = [meanOf(([log]) => log), meanOf(([, log]) => log)];
  const exponent = meanOf(([a, b]) => (a - x) * (b - y)) / meanOf(([a]) => (a - x) ** 2);
  if (!Number.isFinite(exponent))
    throw fail("INVALID_ARGUMENT", {
      what: "power law",
      expected: "positive points at two different x or more",
      received: points.map((point) => `(${point.x}, ${point.y})`).join(", "),
    });
  return { exponent, factor: Math.exp(y - exponent * x) };
}
