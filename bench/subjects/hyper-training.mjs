// @ts-check
/** Subject: one iteration of fitting a correction alone, against PyTorch eager. */
import { mean, square, sub } from "../../dist/graph/index.js";
import { initialize, mlp } from "../../dist/nn/index.js";
import { adamw } from "../../dist/optim/index.js";
import { Random } from "../../dist/tensor/index.js";
import { normalStates } from "../lib/networks.mjs";
import { compareTraining } from "../lib/train-compare.mjs";

/** @typedef {import("../../dist/graph/index.js").Node} Node */

const batch = 1024;
const sizes = [7, 64, 64, 64, 2];

/** @type {import("./index.mjs").Subject} */
export const hyperTraining = {
  name: "hyper-training",
  title: `regression of a correction, SiLU MLP ${sizes.join("-")}, AdamW, batch ${batch}`,
  unit: "ms/iteration",
  needs: ["torch"],
  run: async (context) => {
    const net = mlp({ sizes, activation: "silu" });
    const result = await compareTraining(context, {
      name: "silu",
      subject: "hyper_training",
      options: { activation: "silu" },
      parameters: initialize(net, new Random(3)),
      batch: { x: normalStates(batch, 7, 4), y: normalStates(batch, 2, 5) },
      loss: (nodes, { x, y }) =>
        mean(square(sub(net.apply(nodes, /** @type {Node} */ (x)), /** @type {Node} */ (y)))),
      optimizer: adamw(),
    });
    return [result];
  },
};
