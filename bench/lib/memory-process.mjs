// @ts-check
/** Entry of a process of the subject `memory`: works, watches its own memory, reports. */
import { mean, mul, square, sub, tanh, trace } from "../../dist/graph/index.js";
import { initialize, mlp } from "../../dist/nn/index.js";
import { adam, compileTraining } from "../../dist/optim/index.js";
import { compile } from "../../dist/runtime/index.js";
import { Random } from "../../dist/tensor/index.js";
import { normalStates } from "./networks.mjs";

/** @typedef {import("../../dist/graph/index.js").Node} Node */

const batch = 64;

/** @returns {Promise<() => Promise<unknown>>} */
async function small() {
  const graph = trace({ x: { shape: ["batch", 2] } }, ({ x }) => ({ y: tanh(mul(x, 1.5)) }));
  const program = await compile(graph);
  const x = normalStates(batch, 2);
  return () => program.run({ x });
}

/** About 80 nodes. @param {number} width of the hidden layers */
async function newTraining(width) {
  const net = mlp({ sizes: [2, width, width, 2], activation: "tanh" });
  const specs = { x: { shape: [batch, 2] }, y: { shape: [batch, 2] } };
  const training = await compileTraining({
    parameters: initialize(net, new Random(1)),
    batch: specs,
    loss: (nodes, { x, y }) =>
      mean(square(sub(net.apply(nodes, /** @type {Node} */ (x)), /** @type {Node} */ (y)))),
    optimizer: adam(),
  });
  const values = { x: normalStates(batch, 2, 1), y: normalStates(batch, 2, 2) };
  return { step: () => training.step(values, 1e-3), dispose: () => training.dispose() };
}

async function training() {
  const { step } = await newTraining(32);
  return step;
}

/** More widths than sessions are cached, so that every cycle loads its program anew, and sizes do not grow. */
async function cycles() {
  let cycle = 0;
  return async () => {
    const { step, dispose } = await newTraining(32 + (cycle++ % 20));
    for (let i = 0; i < 20; i++) await step();
    await dispose();
  };
}

const works = { small, training, cycles };

const residentMb = () => {
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
};

const task = /** @type {import("../subjects/memory.mjs").MemoryTask} */ (JSON.parse(process.argv[2] ?? "{}"));
const work = await works[task.work]();
for (let i = 0; i < task.warm; i++) await work();
const warmMb = residentMb();
const started = performance.now();
for (let i = 0; i < task.runs; i++) await work();
const seconds = (performance.now() - started) / 1000;
const endMb = residentMb();
process.send?.({ warmMb, endMb, seconds });
process.disconnect();
