import {
  add,
  linearCombination,
  maximum,
  minimum,
  mul,
  type Node,
  neg,
  type Operand,
  sub,
  sum,
} from "../../graph/index.js";
import { fail } from "../../tensor/index.js";
import type { Algebra } from "./algebra.js";

/**
 * States and scalars as graph nodes: the Runge–Kutta interpreter then writes a solve instead of running it.
 * A scalar may be a number (a mesh fixed in the program), a scalar node, or a column [batch, 1] that gives
 * every sample its own step. As in `plainAlgebra`, the small terms are added up before they meet the large state.
 */
export const graphAlgebra: Algebra<Node, Operand> = {
  time: (s, c, dt) => {
    if (c === 0) return s;
    if (typeof s === "number" && typeof dt === "number" && typeof c === "number") return s + c * dt;
    return add(s, c === 1 ? dt : scaled(dt, c));
  },
  combine: (y, dt, coefficients, k) => {
    const terms = products(dt, coefficients, k);
    return terms.length === 0 ? y : add(y, sum(...terms));
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
  scale: (y, factor) => (factor === 1 ? y : mul(y, factor)),
  move: (y, factor, from, to) => (from === to ? y : add(y, mul(sub(to, from), factor))),
  negative: (dt) => (typeof dt === "number" ? -dt : neg(dt)),
};

/** Where stage times may lie. */
export interface DepthBounds {
  readonly low: Operand;
  readonly high: Operand;
}

/**
 * `graphAlgebra` with stage times kept inside a span: rounding in s + c·dt, above all in float32, then never asks f
 * for a point beyond the ends. The starts of steps must lie inside already.
 */
export function graphAlgebraWithin({ low, high }: DepthBounds): Algebra<Node, Operand> {
  const time: Algebra<Node, Operand>["time"] = (s, c, dt) => {
    if (c === 0) return s;
    const at = graphAlgebra.time(s, c, dt);
    if (typeof at === "number" && typeof low === "number" && typeof high === "number")
      return Math.min(high, Math.max(low, at));
    return minimum(maximum(at, low), high);
  };
  return { ...graphAlgebra, time };
}

function products(dt: Operand, coefficients: readonly Operand[], k: readonly Node[]): Node[] {
  return k.flatMap((stage, i) => {
    const coefficient = coefficients[i] ?? 0;
    return coefficient === 0 ? [] : [mul(stage, scaled(dt, coefficient))];
  });
}

function scaled(dt: Operand, factor: Operand): Operand {
  if (typeof dt === "number") {
    if (typeof factor === "number") return dt * factor;
    return dt === 1 ? factor : mul(factor, dt);
  }
  return factor === 1 ? dt : mul(dt, factor);
}
