import { add, jvp, mul, type Node, reduceSum, square } from "../../graph/index.js";
import { jacobianColumns, requireVectors, traceOf } from "./divergence.js";
import { EXACT_TRACE_LIMIT, type traceEstimators } from "./trace-estimator-names.js";

/**
 * How the divergence of a field is computed along a solve. `exact`: d Jacobian–vector products. `hutchinson`: one
 * product with noise e of zero mean and unit covariance, eᵀ(∂f/∂z)e, which is right on average; the noise is drawn
 * once a solve and kept, so that the solver sees a smooth integrand.
 * Reference: W. Grathwohl et al., FFJORD, ICLR 2019, section 3.1.
 */
export type TraceEstimator = (typeof traceEstimators)[number];

/** The estimator where none is asked for. */
export const defaultEstimator = (dimension: number): TraceEstimator =>
  dimension <= EXACT_TRACE_LIMIT ? "exact" : "hutchinson";

/** What is known of the Jacobian ∂f/∂z at a point; both are [batch, 1]. */
export interface JacobianSums {
  /** Divergence Σᵢ ∂fᵢ/∂zᵢ, or an unbiased estimate. */
  readonly trace: Node;
  /** Squared Frobenius norm Σᵢⱼ (∂fᵢ/∂zⱼ)², or an unbiased estimate. Costs nothing unless it is used. */
  readonly frobenius: Node;
}

/**
 * Both sums without error, by d Jacobian–vector products.
 * @param dz f(z), [batch, d], built from `z`. Samples of the batch must not mix.
 * @throws SHAPE_MISMATCH when z or dz is not a matrix with static d.
 */
export function exactJacobianSums(dz: Node, z: Node): JacobianSums {
  const columns = jacobianColumns(dz, z);
  const squares = columns.map(rowSquares).reduce((total, term) => add(total, term));
  return { trace: traceOf(columns), frobenius: squares };
}

/**
 * Both sums estimated by one product J e: E[eᵀJe] = tr J and E‖Je‖² = ‖J‖²_F for E[eeᵀ] = 1.
 * @param noise e, [batch, d].
 */
export function hutchinsonJacobianSums(dz: Node, z: Node, noise: Node): JacobianSums {
  requireVectors(dz, z);
  const product = jvp([dz], [z], [noise])[0] as Node;
  return { trace: reduceSum(mul(product, noise), [1], true), frobenius: rowSquares(product) };
}

const rowSquares = (x: Node): Node => reduceSum(square(x), [1], true);
