// @ts-check
/** One training iteration, ours and the peer's: the same first loss and gradients, then time. */
import { compileTraining } from "../../dist/optim/index.js";
import { compare } from "./compare.mjs";
import { firstGradients } from "./gradients.mjs";
import { format } from "./report.mjs";
import { worstRelativeDifference } from "./wire.mjs";

/** @typedef {import("./wire.mjs").NamedTensors} NamedTensors */
/** @typedef {import("../../dist/graph/index.js").Node} Node */
/** @typedef {import("../../dist/graph/index.js").NamedNodes} NamedNodes */

/**
 * @typedef {object} TrainingCase
 * @property {string} name
 * @property {string} subject the peer's module
 * @property {object} options what the peer needs to know
 * @property {NamedTensors} parameters
 * @property {NamedTensors} batch
 * @property {(parameters: NamedNodes, batch: NamedNodes) => Node} loss
 * @property {import("../../dist/optim/index.js").Optimizer} optimizer
 * @property {boolean} [rowwise] the loss is a mean over rows, which threads divide among them
 */

const learningRate = 1e-3;

/** @param {import("./compare.mjs").Context} context @param {TrainingCase} request */
export async function compareTraining(context, request) {
  const { name, subject, options, parameters, batch, loss, optimizer, rowwise = false } = request;
  const first = await firstGradients(parameters, batch, loss);
  const specs = Object.fromEntries(
    Object.entries(batch).map(([key, { shape, dtype }]) => [
      key,
      { shape: rowwise ? ["batch", ...shape.slice(1)] : shape, dtype },
    ]),
  );
  const started = performance.now();
  const training = await compileTraining(
    {
      parameters,
      batch: specs,
      loss,
      optimizer,
      rowwise,
    },
    { hot: true, ...(rowwise && { parallel: "batch" }) },
  );
  const compileMs = performance.now() - started;
  const peerWork = await context.peer?.prepare(
    subject,
    { ...options, learningRate },
    { ...parameters, ...batch },
  );
  const result = await compare(context, {
    name,
    ours: [
      {
        label: "hypersolvers",
        work: () => training.step(batch, learningRate),
        facts: { "first loss": first.loss },
      },
    ],
    theirs: peerWork && {
      label: "PyTorch eager",
      facts: { "first loss": peerWork.facts.loss ?? Number.NaN },
    },
    notes: [`Tracing and compiling took ${format(compileMs)} ms.`, ...agreement(first, peerWork)],
  });
  await training.dispose();
  return result;
}

/**
 * @param {{ loss: number, gradients: NamedTensors }} first
 * @param {import("./peer.mjs").Prepared | undefined} peerWork
 */
function agreement({ loss, gradients }, peerWork) {
  if (peerWork === undefined) return [];
  const theirs = peerWork.facts.loss ?? Number.NaN;
  const lossGap = Math.abs(loss - theirs) / Math.abs(theirs);
  const slopeGap = worstRelativeDifference(gradients, peerWork.tensors);
  const agrees = lossGap < 1e-4 && slopeGap < 1e-3;
  return [
    `First iteration: losses differ by ${lossGap.toExponential(1)}, gradients by ${slopeGap.toExponential(1)} (relative, worst parameter)${agrees ? "" : ": THE SIDES DO NOT COMPUTE THE SAME"}.`,
  ];
}
