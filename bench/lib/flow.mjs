// @ts-check
/** The negative log-likelihood of a continuous normalizing flow, as graph. */
import {
  add,
  broadcastLike,
  constant,
  jvp,
  mean,
  mul,
  neg,
  reduceSum,
  slice,
  square,
  sub,
  sum,
} from "../../dist/graph/index.js";
import { rk4 } from "../../dist/ode/index.js";
import { graphAlgebra, rungeKuttaStep } from "../../dist/ode/internal.js";
import { fromNumbers } from "../../dist/tensor/index.js";

/** @typedef {import("../../dist/graph/index.js").Node} Node */

/** Trace of ∂dz/∂z by one Jacobian–vector product a dimension: [batch, 1]. @param {Node} dz @param {Node} z */
function divergence(dz, z) {
  const width = Number(z.shape.at(-1));
  const diagonal = Array.from({ length: width }, (_, i) => {
    const unit = Array.from({ length: width }, (_, j) => (i === j ? 1 : 0));
    const [tangent] = jvp([dz], [z], [broadcastLike(constant(fromNumbers(unit, [1, width])), z)]);
    return slice(/** @type {Node} */ (tangent), 1, i, i + 1);
  });
  return sum(...diagonal);
}

/**
 * −mean ln p(x) with p the standard normal carried back through dz/ds = f(z), s from 0 to 1, by RK4.
 * @param {(z: Node) => Node} f
 * @param {Node} x [batch, d]
 * @param {number} steps
 */
export function negativeLogLikelihood(f, x, steps) {
  let z = x;
  /** @type {Node | undefined} */
  let change;
  for (let step = 0; step < steps; step++) {
    /** @type {Node[]} */
    const traces = [];
    const field = (/** @type {unknown} */ _s, /** @type {Node} */ at) => {
      const dz = f(at);
      traces.push(divergence(dz, at));
      return dz;
    };
    z = rungeKuttaStep(rk4, field, graphAlgebra, { s: step / steps, dt: 1 / steps, y: z }).y1;
    const growth = graphAlgebra.increment(1 / steps, rk4.b, traces);
    change = change === undefined ? growth : add(change, growth);
  }
  const width = Number(x.shape.at(-1));
  const logNormal = sub(mul(reduceSum(square(z), -1, true), -0.5), 0.5 * width * Math.log(2 * Math.PI));
  return neg(mean(change === undefined ? logNormal : add(logNormal, change)));
}
