// @ts-check
/** Subject: one iteration of maximum likelihood for a continuous normalizing flow, against torchdiffeq. */

import { normalBase } from "../../dist/models/index.js";
import { compileMaximumLikelihood } from "../../dist/models/internal.js";
import { fieldAs } from "../../dist/ode/index.js";
import { adam } from "../../dist/optim/index.js";
import { cast, fromNumbers, toFloat64 } from "../../dist/tensor/index.js";
import { compare, present, ratioOf } from "../lib/compare.mjs";
import { someOf } from "../lib/measure.mjs";
import { network, normalStates } from "../lib/networks.mjs";
import { ourPeak, theirPeak } from "../lib/peak-memory.mjs";
import { worstRelativeDifference } from "../lib/wire.mjs";

/** @typedef {import("../../dist/tensor/index.js").Tensor} Tensor */
/** @typedef {import("../../dist/ode/index.js").Field} Field */
/** @typedef {import("../lib/wire.mjs").NamedTensors} NamedTensors */

const batch = 512;
/** In a quick run. */
const few = 16;
const tolerance = 1e-5;
const referenceTolerance = 1e-8;
const memoryRuns = 3;
/** Weights stay, and with them the steps: every repetition is the same work. Adam does all its arithmetic. */
const learningRate = 0;
/** Adam's, of which the first moment after one step is (1 − beta1) times the gradient. */
const beta1 = 0.9;

/** Ways back through the solve, ours and the peer's that answers it. */
const ways = /** @type {const} */ ([
  { name: "discrete", adjoint: "discrete", peer: "backprop" },
  { name: "continuous adjoint", adjoint: { kind: "continuous" }, peer: "adjoint" },
  { name: "seminorm adjoint", adjoint: { kind: "continuous", norm: "seminorm" }, peer: "seminorm" },
]);
/** @typedef {(typeof ways)[number]} Way */

const peerNames = {
  backprop: "odeint, backprop",
  adjoint: "odeint_adjoint",
  seminorm: "odeint_adjoint seminorm",
};

/** Gains on PyTorch's first weights that make a solve take 60 to 110 evaluations. */
const networks = /** @type {const} */ ([
  { activation: "tanh", gain: 3.8, ways },
  { activation: "softplus", gain: 2.6, ways: [ways[0]] },
]);
/** @typedef {(typeof networks)[number]} Network */

/** @param {Field} field @param {Way["adjoint"]} adjoint @param {number} tolerances */
const trainerOf = (field, adjoint, tolerances) =>
  compileMaximumLikelihood(
    field,
    {
      base: normalBase,
      span: [0, 1],
      optimizer: adam({ beta1 }),
      solver: { adjoint, method: `dopri5@${tolerances}` },
    },
    { parallel: "batch" },
  );

/** One way of training, for a process of its own. @param {Pick<Network, "activation" | "gain"> & Pick<Way, "adjoint"> & { count: number }} options */
export async function trainingWork({ activation, gain, adjoint, count }) {
  const trainer = await trainerOf(network(activation, gain).field, adjoint, tolerance);
  const x = normalStates(count, 2);
  return () => trainer.step(x, learningRate);
}

/** The gradient of the step before, out of Adam's first moment. @param {Record<string, Tensor>} state */
const gradientsOf = (state) =>
  Object.fromEntries(
    Object.entries(state).flatMap(([name, { shape, dtype, ...value }]) =>
      name.startsWith("m.")
        ? [
            [
              name.slice(2),
              fromNumbers(
                toFloat64({ ...value, shape, dtype }).map((m) => m / (1 - beta1)),
                shape,
                dtype,
              ),
            ],
          ]
        : [],
    ),
  );

/** Gradients of a float64 solve at tight tolerances. @param {Field} field @param {Tensor} x */
async function referenceGradients(field, x) {
  const trainer = await trainerOf(fieldAs(field, "float64"), "discrete", referenceTolerance);
  await trainer.step(cast(x, "float64"), learningRate);
  const gradients = gradientsOf(trainer.state());
  await trainer.dispose();
  return gradients;
}

/** @param {Network} network_ @param {Field} field @param {Tensor} x @param {NamedTensors} exact @param {Way} way @param {number} runs */
async function ourWay({ activation, gain }, field, x, exact, { name, adjoint }, runs) {
  const options = { activation, gain, adjoint, count: x.shape[0] };
  const peak = await ourPeak({ module: import.meta.url, name: "trainingWork", options, runs });
  const trainer = await trainerOf(field, adjoint, tolerance);
  const { loss, nfe, backwardNfe } = await trainer.step(x, learningRate);
  const gradients = gradientsOf(trainer.state());
  const facts = {
    NFE: nfe ?? Number.NaN,
    "NFE back": backwardNfe ?? Number.NaN,
    loss,
    "gradient error": worstRelativeDifference(gradients, exact),
    ...peak,
  };
  const work = () => trainer.step(x, learningRate);
  return { label: `hypersolvers, ${name}`, work, facts, gradients, dispose: () => trainer.dispose() };
}

/**
 * @param {import("../lib/peer.mjs").Peer} peer
 * @param {Network} network_ @param {NamedTensors} tensors @param {NamedTensors} exact @param {Way} way
 * @param {number} runs
 */
async function theirWay(peer, { activation }, tensors, exact, { peer: gradient }, runs) {
  const options = { activation, depth: false, tolerance, learningRate, gradient };
  const { facts, tensors: gradients } = await peer.prepare("cnf_training", options, tensors, gradient);
  return {
    label: peerNames[gradient],
    work: gradient,
    gradients,
    facts: {
      NFE: facts.nfe ?? Number.NaN,
      ...(gradient !== "backprop" && { "NFE back": facts.backward ?? Number.NaN }),
      loss: facts.loss ?? Number.NaN,
      "gradient error": worstRelativeDifference(gradients, exact),
      ...(await theirPeak("cnf_training", options, tensors, runs)),
    },
  };
}

/** Evaluations that an iteration is charged for: backpropagation counts none of its own. @param {import("../lib/report.mjs").Row} row */
const evaluations = ({ label, facts }) =>
  (facts.NFE ?? Number.NaN) + (label.includes("adjoint") ? (facts["NFE back"] ?? Number.NaN) : 0);

/** @param {import("../lib/report.mjs").Case} result @param {readonly Way[]} measured */
function withRatios(result, measured) {
  const rows = result.rows.map((row) => ({
    ...row,
    facts: { ...row.facts, "ms/NFE": (row.time?.median ?? Number.NaN) / evaluations(row) },
  }));
  const pairs = measured.flatMap(({ name, peer }) => {
    const [ours, theirs] = [`hypersolvers, ${name}`, `${peerNames[peer]},`];
    return [
      [`${name} faster than ${peerNames[peer]}`, ratioOf(rows, ours, theirs)],
      [`${name} faster than ${peerNames[peer]} at equal NFE`, ratioOf(rows, ours, theirs, evaluations)],
    ];
  });
  const mixed =
    measured.length > 1
      ? { "discrete faster than odeint_adjoint": ratioOf(rows, "hypersolvers, discrete", "odeint_adjoint,") }
      : {};
  return { ...result, rows, ratios: present({ ...Object.fromEntries(pairs), ...mixed }) };
}

/** @param {import("../lib/compare.mjs").Context} context @param {Network} given */
async function oneNetwork(context, given) {
  const { quick } = context.plan;
  const { field, parameters } = network(given.activation, given.gain);
  const x = normalStates(quick ? few : batch, 2);
  const exact = await referenceGradients(field, x);
  const runs = quick ? 1 : memoryRuns;
  const ours = [];
  for (const way of given.ways) ours.push(await ourWay(given, field, x, exact, way, runs));
  const theirs = [];
  for (const way of context.peer === undefined ? [] : given.ways)
    theirs.push(
      await theirWay(
        /** @type {import("../lib/peer.mjs").Peer} */ (context.peer),
        given,
        { ...parameters, x },
        exact,
        way,
        runs,
      ),
    );
  const gaps = theirs.map(({ gradients, label }, i) => {
    const gap = worstRelativeDifference(gradients, ours[i]?.gradients ?? {});
    return `${label} by ${gap.toExponential(1)}`;
  });
  const result = await compare(context, {
    name: given.activation,
    ours,
    theirs,
    notes: [
      `Gradient error: against our float64 discrete gradient at ${referenceTolerance}, relative, worst parameter.`,
      ...(gaps.length > 0 ? [`Gradients differ from ours of the same kind: ${gaps.join(", ")}.`] : []),
      "Our last step is clipped, torchdiffeq's overshoots and interpolates (gradients have no lastStep option): NFE may differ.",
      "ms/NFE: of forward evaluations, for adjoints of both ways.",
    ],
  });
  for (const { dispose } of ours) await dispose();
  return withRatios(result, given.ways);
}

/** @type {import("./index.mjs").Subject} */
export const cnfTraining = {
  name: "cnf-training",
  title: `maximum likelihood, exact trace, dopri5 at ${tolerance}, Adam, batch ${batch}, MLP 2-128-128-128-2`,
  unit: "ms/iteration",
  needs: ["torchdiffeq"],
  run: async (context) => {
    const cases = [];
    for (const given of someOf(networks, context.plan)) cases.push(await oneNetwork(context, given));
    return cases;
  },
};
