import { add, constant, log, mul, type Node, neg, reduceSum, softplus, square } from "../../graph/index.js";
import { draw, type Random, type Tensor, tensor } from "../../tensor/index.js";
import { checkFreedom, parseBase } from "./base-names.js";

/** The distribution at the far end of a flow: independent coordinates, easy to draw from, known density. */
export interface BaseDistribution {
  /** Text that `baseNamed` understands: `normal`, `logistic`, `student-t(5)`. */
  readonly name: string;
  /** Independent draws, float32 [count, dimension]. */
  sample(count: number, dimension: number, random: Random): Tensor<"float32">;
  /** Log-density in nats, z [batch, d] -> [batch, 1]. */
  logDensity(z: Node): Node;
}

/** Sums the log-densities of independent coordinates. */
function independent(
  name: string,
  next: (random: Random) => number,
  logDensity: (x: Node) => Node,
  offset: number,
): BaseDistribution {
  return {
    name,
    sample: (count, dimension, random) =>
      tensor(
        "float32",
        [count, dimension],
        draw(count * dimension, () => next(random)),
      ),
    logDensity: (z) =>
      add(reduceSum(logDensity(z), [1], true), constant(offset * Number(z.shape[1]), z.dtype)),
  };
}

/** The standard normal distribution N(0, 1), the default of every flow. */
export const normalBase: BaseDistribution = independent(
  "normal",
  (random) => random.normal(),
  (x) => mul(square(x), -0.5),
  -0.5 * Math.log(2 * Math.PI),
);

/** The standard logistic distribution: tails like e^-|x|, where data have more outliers than a normal. */
export const logisticBase: BaseDistribution = independent(
  "logistic",
  (random) => {
    const u = Math.max(random.uniform(), Number.MIN_VALUE);
    return Math.log(u / (1 - u));
  },
  // log p = −x − 2 log(1 + e^−x).
  (x) => neg(add(x, mul(softplus(neg(x)), 2))),
  0,
);

/**
 * Student's t distribution with ν degrees of freedom: polynomial tails, for data with far outliers.
 * @throws INVALID_ARGUMENT unless ν is an integer from 1 to 1000: a draw is normal/√(χ²_ν/ν), and takes ν + 1 normals.
 */
export function studentTBase(freedom: number): BaseDistribution {
  checkFreedom(freedom);
  const next = (random: Random): number => {
    let chiSquare = 0;
    for (let i = 0; i < freedom; i++) chiSquare += random.normal() ** 2;
    return random.normal() / Math.sqrt(chiSquare / freedom);
  };
  const half = (freedom + 1) / 2;
  const offset = logGammaHalf(freedom + 1) - logGammaHalf(freedom) - 0.5 * Math.log(freedom * Math.PI);
  const body = (x: Node): Node => mul(log(add(mul(square(x), 1 / freedom), 1)), -half);
  return independent(`student-t(${freedom})`, next, body, offset);
}

/** log Γ(n/2) for a positive integer n, by Γ(x + 1) = x Γ(x) from Γ(1) = 1 and Γ(1/2) = √π. */
function logGammaHalf(n: number): number {
  let value = n % 2 === 0 ? 0 : 0.5 * Math.log(Math.PI);
  for (let x = n % 2 === 0 ? 1 : 0.5; x < n / 2; x++) value += Math.log(x);
  return value;
}

/**
 * The base distribution of that name.
 * @throws INVALID_ARGUMENT listing the names.
 */
export function baseNamed(name: string): BaseDistribution {
  const base = parseBase(name);
  if (base.kind === "student-t") return studentTBase(base.freedom);
  return base.kind === "normal" ? normalBase : logisticBase;
}
