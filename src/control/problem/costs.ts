import { concat, maximum, mul, type Node, reduceMax, reduceSum, reshape } from "../../graph/index.js";
import { fail, formatShape } from "../../tensor/index.js";
import type { ResolvedProblem } from "./resolve-problem.js";

/**
 * ℓ of every sample, [batch].
 * @throws SHAPE_MISMATCH for a cost that is not one number a sample.
 */
export const stageCostOf = ({ stageCost }: ResolvedProblem, z: Node, u: Node, s: Node): Node =>
  costColumn("stage cost", stageCost(z, u, s), z);

/** φ of every sample, [batch]; undefined where the problem has none. @throws as `stageCostOf`. */
export function terminalCostOf({ terminalCost }: ResolvedProblem, z: Node, s: Node): Node | undefined {
  return terminalCost === undefined ? undefined : costColumn("terminal cost", terminalCost(z, s), z);
}

function costColumn(what: string, cost: Node, z: Node): Node {
  const [batch = 1] = z.shape;
  const { shape } = cost;
  if (shape[0] === batch && (shape.length === 1 || (shape.length === 2 && shape[1] === 1)))
    return reshape(cost, [batch]);
  throw fail("SHAPE_MISMATCH", {
    what,
    expected: `one number a sample, ${formatShape([batch])} or ${formatShape([batch, 1])}`,
    received: formatShape(shape),
    help: "add up over the components: reduceSum(…, 1)",
  });
}

/**
 * max(h, 0), [batch, c]; none without constraints.
 * @throws SHAPE_MISMATCH for constraints without columns.
 */
export function excessOf({ constraints }: ResolvedProblem, z: Node, s: Node): Node[] {
  if (constraints === undefined) return [];
  const h = constraints(z, s);
  if (h.shape.length === 2 && h.shape[0] === z.shape[0]) return [maximum(h, 0)];
  throw fail("SHAPE_MISMATCH", {
    what: "constraints",
    expected: "h(z) with a column for each constraint, [batch, c]",
    received: formatShape(h.shape),
  });
}

/** The largest excess of every sample, [batch]; zeros where there are none. */
export const largestOf = (excesses: readonly Node[], z: Node): Node =>
  excesses.length > 0 ? reduceMax(concat(excesses, 1), 1) : mul(reduceSum(z, 1), 0);
