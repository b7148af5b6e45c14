// @ts-check
/** Subject: one iteration of an FFJORD-like flow, against PyTorch eager. */
import { adam } from "../../dist/optim/index.js";
import { negativeLogLikelihood } from "../lib/flow.mjs";
import { someOf } from "../lib/measure.mjs";
import { network, normalStates } from "../lib/networks.mjs";
import { compareTraining } from "../lib/train-compare.mjs";

/** @typedef {import("../../dist/graph/index.js").Node} Node */

const batch = 512;
const steps = 8;
const activations = /** @type {const} */ (["tanh", "softplus"]);

/** The case of one activation, also for profiling. @param {"tanh" | "softplus"} activation */
export function flowCase(activation) {
  const { module, parameters } = network(activation, 1);
  return {
    name: activation,
    subject: "training",
    options: { activation, steps },
    parameters,
    batch: { x: normalStates(batch, 2) },
    loss: (
      /** @type {import("../../dist/graph/index.js").NamedNodes} */ nodes,
      /** @type {import("../../dist/graph/index.js").NamedNodes} */ { x },
    ) => negativeLogLikelihood((z) => module.apply(nodes, z), /** @type {Node} */ (x), steps),
    optimizer: adam(),
  };
}

/** @type {import("./index.mjs").Subject} */
export const training = {
  name: "training",
  title: `RK4 x ${steps}, exact divergence, negative log-likelihood, Adam, batch ${batch}, MLP 2-128-128-128-2`,
  unit: "ms/iteration",
  needs: ["torch"],
  run: async (context) => {
    const cases = [];
    for (const activation of someOf(activations, context.plan))
      cases.push(await compareTraining(context, flowCase(activation)));
    return cases;
  },
};
