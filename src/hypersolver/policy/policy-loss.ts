import {
  add,
  exp,
  logSoftmax,
  mean,
  mul,
  type Node,
  neg,
  reduceSum,
  square,
  sub,
} from "../../graph/index.js";

/** What was done and what came of it, a row a step. */
export interface PolicyBatch {
  /** 1 at the action that was taken, [n, actions]. */
  readonly taken: Node;
  /** How much better it was than expected, [n, 1]. */
  readonly advantage: Node;
  /** What came from there on, [n, 1]: what the value is to be. */
  readonly target: Node;
  /** Of the entropy, one number. */
  readonly entropyWeight: Node;
}

/** Weight of the value's error beside the policy's loss, which the two share a network with. */
const VALUE_WEIGHT = 0.5;

/**
 * −mean(A log π(a)) + ½ mean((V − G)²) − c mean(H(π)): its gradient by the logits is that of the expected return, by
 * R. J. Williams, Simple statistical gradient-following algorithms for connectionist reinforcement learning, Machine
 * Learning 8 (1992), with V as baseline.
 */
export function policyLoss(
  { logits, value }: { readonly logits: Node; readonly value: Node },
  { taken, advantage, target, entropyWeight }: PolicyBatch,
): { readonly loss: Node; readonly entropy: Node; readonly valueError: Node } {
  const logs = logSoftmax(logits);
  const chosen = reduceSum(mul(logs, taken), -1, true);
  const gain = mean(mul(chosen, advantage));
  const entropy = neg(mean(reduceSum(mul(exp(logs), logs), -1)));
  const valueError = mean(square(sub(value, target)));
  const others = sub(mul(valueError, VALUE_WEIGHT), mul(entropyWeight, entropy));
  return { loss: add(neg(gain), others), entropy, valueError };
}

/**
 * Generalized advantages of one solve, and the targets of its values: A_t = Σ_i λ^i (r_{t+i} + V_{t+i+1} − V_{t+i}), target
 * A_t + V_t (Schulman et al., High-dimensional continuous control using generalized advantage estimation, ICLR 2016; a solve
 * has an end, so that nothing is discounted).
 * @param values V before every step; after the last one nothing is to come.
 */
export function advantagesOf(
  rewards: readonly number[],
  values: readonly number[],
  trace: number,
): { readonly advantages: number[]; readonly targets: number[] } {
  const advantages = new Array<number>(rewards.length).fill(0);
  let carried = 0;
  for (let t = rewards.length - 1; t >= 0; t--) {
    const surprise = (rewards[t] ?? 0) + (values[t + 1] ?? 0) - (values[t] ?? 0);
    carried = surprise + trace * carried;
    advantages[t] = carried;
  }
  return { advantages, targets: advantages.map((advantage, t) => advantage + (values[t] ?? 0)) };
}
