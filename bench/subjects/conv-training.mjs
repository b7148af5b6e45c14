// @ts-check
/** Subject: one iteration of a convolutional Neural ODE in Euler steps, against PyTorch eager. */
import { add, mean, mul, square, sub } from "../../dist/graph/index.js";
import { conv2d, groupNorm, initialize, sequential, tanh } from "../../dist/nn/index.js";
import { adam } from "../../dist/optim/index.js";
import { draw, Random, tensor } from "../../dist/tensor/index.js";
import { someOf } from "../lib/measure.mjs";
import { compareTraining } from "../lib/train-compare.mjs";

/** @typedef {import("../../dist/graph/index.js").Node} Node */

const batch = 32;
const steps = 5;
const size = 28;
const channels = [12, 64, 64, 12];

const convolutions = channels
  .slice(1)
  .flatMap((outputs, i) => [conv2d(channels[i] ?? 0, outputs, 3, { padding: 1 }), tanh])
  .slice(0, -1);

const convolutional = sequential(convolutions);
const name = channels.join("-");

/** The paper's f for MNIST, and its convolutions alone. PyTorch 2.6 crashes in GroupNorm's gradient in channels_last. */
const networks = [
  {
    name: `${name} behind GroupNorm`,
    net: sequential([groupNorm(3, 12), ...convolutions]),
    channelsLast: false,
  },
  { name, net: convolutional, channelsLast: false },
  { name, net: convolutional, channelsLast: true },
];

/** Standard normal images. @param {number} seed @param {number} count */
function images(seed, count) {
  const random = new Random(seed);
  const shape = [count, channels[0] ?? 0, size, size];
  const values = draw(
    shape.reduce((product, extent) => product * extent, 1),
    () => random.normal(),
  );
  return tensor("float32", shape, values);
}

/** @type {import("./index.mjs").Subject} */
export const convTraining = {
  name: "conv-training",
  title: `${steps} Euler steps of the paper's 3x3 tanh network for MNIST on ${size}x${size}, squared error, Adam, batch ${batch}`,
  unit: "ms/iteration",
  needs: ["torch"],
  run: async (context) => {
    const cases = [];
    const extent = context.plan.quick ? 2 : batch;
    for (const { name, net, channelsLast } of someOf(networks, context.plan)) {
      cases.push(
        await compareTraining(context, {
          name: `${name}, PyTorch in ${channelsLast ? "channels_last" : "NCHW"}`,
          subject: "conv_training",
          options: { activation: "tanh", steps, channelsLast },
          parameters: initialize(net, new Random(6)),
          batch: { x: images(7, extent), y: images(8, extent) },
          loss: (nodes, { x, y }) => {
            let z = /** @type {Node} */ (x);
            for (let k = 0; k < steps; k++) z = add(z, mul(net.apply(nodes, z), 1 / steps));
            return mean(square(sub(z, /** @type {Node} */ (y))));
          },
          optimizer: adam(),
          rowwise: true,
        }),
      );
    }
    return cases;
  },
};
