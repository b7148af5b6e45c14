import { add, div, minimum, mul, type Node, norm } from "../graph/index.js";

/**
 * Scales a gradient down to a largest norm: g·min(1, maxNorm/(‖g‖ + 1e-6)), as PyTorch's `clip_grad_norm_`.
 * @param gradient all gradients as one vector.
 * @param length ‖gradient‖, when it is known already.
 */
export function clipNorm(gradient: Node, maxNorm: number, length: Node = norm(gradient)): Node {
  return mul(gradient, minimum(div(maxNorm, add(length, 1e-6)), 1));
}
