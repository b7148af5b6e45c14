import { add, broadcastLike, constant, jvp, type Node, reshape, slice } from "../../graph/index.js";
import { fail, formatShape, fromNumbers } from "../../tensor/index.js";

/**
 * Divergence of a vector field, exactly: Σᵢ ∂fᵢ/∂zᵢ, the trace of the Jacobian, by one Jacobian–vector product along
 * each coordinate. Costs about d evaluations of f; differentiable like all graph.
 * @param f dz/ds as a function of the state; samples of the batch must not mix.
 * @param z state, [batch, d] with static d.
 * @returns one number a sample, [batch].
 * @throws SHAPE_MISMATCH when z or f(z) is not such a matrix.
 */
export function divergence(f: (z: Node) => Node, z: Node): Node {
  return divergenceOf(f(z), z);
}

/**
 * `divergence` of a derivative that is already built as `dz` from `z`, so that both share f.
 * @param dz f(z), [batch, d].
 */
function divergenceOf(dz: Node, z: Node): Node {
  return reshape(traceOf(jacobianColumns(dz, z)), [z.shape[0] ?? 1]);
}

/** Trace of a Jacobian given by columns, [batch, 1]. */
export function traceOf(columns: readonly Node[]): Node {
  return columns.map((column, i) => slice(column, 1, i, i + 1)).reduce((total, entry) => add(total, entry));
}

/**
 * The columns ∂f/∂zᵢ of the Jacobian of every sample, d nodes [batch, d].
 * @param dz f(z), [batch, d], built from `z`.
 * @throws SHAPE_MISMATCH when z or dz is not a matrix with static d.
 */
export function jacobianColumns(dz: Node, z: Node): Node[] {
  const size = requireVectors(dz, z);
  return Array.from({ length: size }, (_, i) => {
    const unit = Float64Array.from({ length: size }, (_unused, j) => (i === j ? 1 : 0));
    const direction = broadcastLike(constant(fromNumbers(unit, [1, size], z.dtype)), z);
    return jvp([dz], [z], [direction])[0] as Node;
  });
}

/**
 * The dimension d of vector states.
 * @throws SHAPE_MISMATCH when z or dz is not [batch, d] with static d.
 */
export function requireVectors(dz: Node, z: Node): number {
  const [, size] = z.shape;
  if (z.shape.length === 2 && typeof size === "number" && formatShape(dz.shape) === formatShape(z.shape))
    return size;
  throw fail("SHAPE_MISMATCH", {
    what: "divergence",
    expected: "a state [batch, d] and a derivative of the same shape",
    received: `${formatShape(z.shape)} and ${formatShape(dz.shape)}`,
    help: "reshape images to vectors first",
  });
}
