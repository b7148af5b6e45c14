import { add, linearCombination, mul, type Node, type Operand, sum } from "../graph/index.js";
import { fail } from "../tensor/index.js";
import type { Algebra } from "./algebra.js";

/**
 * States and scalars as graph nodes: the Runge–Kutta interpreter then writes a solve instead of running it.
 * A scalar may be a number (a mesh fixed in the program), a scalar node, or a column [batch, 1] that gives
 * every sample its own step.
 */
export const graphAlgebra: Algebra<Node, Operand> = {
  time: (s, c, dt) => {
    if (c === 0) return s;
    if (typeof s === "number" && typeof dt === "number") return s + c * dt;
    return add(s, c === 1 ? dt : scaled(dt, c));
  },
  combine: (y, dt, coefficients, k) => {
    const terms = products(dt, coefficients, k);
    return sum(y, ...terms);
  },
  increment: (dt, coefficients, k) => {
    const total = linearCombination(coefficients, k);
    if (total !== undefined) return mul(total, dt);
    throw fail("INVALID_ARGUMENT", {
      what: "increment",
      expected: "a nonzero coefficient",
      received: "none",
    });
  },
};

function products(dt: Operand, coefficients: readonly number[], k: readonly Node[]): Node[] {
  return k.flatMap((stage, i) => {
    const coefficient = coefficients[i] ?? 0;
    return coefficient === 0 ? [] : [mul(stage, scaled(dt, coefficient))];
  });
}

function scaled(dt: Operand, factor: number): Operand {
  if (typeof dt === "number") return dt * factor;
  return factor === 1 ? dt : mul(dt, factor);
}
