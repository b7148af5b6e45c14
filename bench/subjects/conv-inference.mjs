// @ts-check
/**
 * Subject: classifiers of MNIST by ten steps of HyperEuler, by two of HyperMidpoint and by dopri5, whole, against PyTorch.
 */
import { readFileSync } from "node:fs";
import { add, concat, constant, expand, mul, trace } from "../../dist/graph/index.js";
import { decodeCorrection, hyper } from "../../dist/hypersolver/index.js";
import {
  architectureNamed,
  classifierOf,
  compileClassifier,
  decodeClassifierState,
} from "../../dist/models/index.js";
import { conv2d, decodeStateDict, initialize, prelu, sequential } from "../../dist/nn/index.js";
import { evaluateField, stateType } from "../../dist/ode/internal.js";
import { compile } from "../../dist/runtime/index.js";
import { draw, Random, tensor } from "../../dist/tensor/index.js";
import { compare, present, ratioOf } from "../lib/compare.mjs";
import { someOf } from "../lib/measure.mjs";
import { maxDifference } from "../lib/wire.mjs";

/** @typedef {import("../../dist/graph/index.js").Node} Node */
/** @typedef {import("../../dist/models/index.js").Classifier} Classifier */
/** @typedef {import("../../dist/tensor/index.js").Tensor} Tensor */

const steps = 10;
const tolerance = 1e-4;
const batches = [1, 32];
const pretrained = new URL("../../pretrained/", import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, pretrained));

/** @typedef {{ name: string, folder: string, classifier: Classifier }} Given */

/** The paper's network, trained by `reproduce mnist`, and the network that the authors published. @returns {Given[]} */
const classifiers = () => [
  {
    name: "the paper's",
    folder: "classifiers/mnist/",
    classifier: decodeClassifierState(
      read("classifiers/mnist/classifier.safetensors"),
      "classifier.safetensors",
    ),
  },
  {
    name: "the authors'",
    folder: "classifiers/mnist-authors/",
    classifier: classifierOf(
      architectureNamed("mnist-authors"),
      decodeStateDict(read("nde_mnist.safetensors"), "nde_mnist.safetensors"),
    ),
  },
];

/** A correction that was fitted for the fewest evaluations that keep dopri5's accuracy. */
const few = { file: "correction-four.onnx", steps: 2, nfe: 4 };

/**
 * The paper's g for MNIST, over z, f(z) and s: 3x3, 32 channels between, a slope a channel. Its weights cost the same
 * whatever they are. @param {number} channels of z
 */
const correctionOver = (channels) =>
  sequential([
    conv2d(2 * channels + 1, 32, 3, { padding: 1 }),
    prelu(32),
    conv2d(32, channels, 3, { padding: 1 }),
  ]);

/**
 * Images in, logits out: h_x, all steps of HyperEuler, h_y in one program.
 * @param {Classifier} classifier @param {ReturnType<typeof correctionOver>} g @param {Record<string, Tensor>} weights
 */
function hyperProgram({ architecture, state, field }, g, weights) {
  const nodes = Object.fromEntries(Object.entries(state).map(([name, value]) => [name, constant(value)]));
  const ofG = Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, constant(value)]));
  const epsilon = 1 / steps;
  const graph = trace({ images: { shape: ["batch", 1, 28, 28] } }, ({ images }) => {
    let z = architecture.stem.apply(nodes, /** @type {Node} */ (images));
    for (let k = 0; k < steps; k++) {
      const { dz } = evaluateField(field, k * epsilon, z);
      const s = expand(constant(k * epsilon), ["batch", 1, 28, 28], z);
      z = add(add(z, mul(dz, epsilon)), mul(g.apply(ofG, concat([z, dz, s], 1)), epsilon ** 2));
    }
    return { logits: architecture.head.apply(nodes, z) };
  });
  return compile(graph, { hot: true, parallel: "batch" }, { logits: "rows" });
}

const HYPER_MIDPOINT = "hypersolvers, HyperMidpoint";

/** With the correction that `reproduce` made. @param {Given} given */
function fewProgram({ classifier, folder }) {
  const correction = decodeCorrection(read(folder + few.file), few.file);
  return compileClassifier(classifier, {
    method: hyper(correction, { steps: few.steps }),
    parallel: "batch",
  });
}

/** What the shipped corrections are worth, as measured when they were made. @param {string} folder @param {string[]} methods */
function accuraciesOf(folder, methods) {
  const { accuracies } = JSON.parse(read(`${folder}manifest.json`).toString());
  return methods
    .map((method) => {
      const row = accuracies.find((/** @type {{ method: string }} */ each) => each.method === method);
      return `${method} ${(100 * row.accuracy).toFixed(2)} % of ${row.images}`;
    })
    .join(", ");
}

/** @param {number} count */
const someImages = (count) => {
  const random = new Random(4);
  return tensor(
    "float32",
    [count, 1, 28, 28],
    draw(count * 784, () => random.normal()),
  );
};

/** @param {import("../lib/compare.mjs").Context} context @param {Given} given @param {number} batch */
async function oneBatch(context, given, batch) {
  const { name, folder, classifier } = given;
  const g = correctionOver(Number(stateType(classifier.field).shape[1]));
  const weights = initialize(g, new Random(5));
  const images = someImages(batch);
  const hyper = await hyperProgram(classifier, g, weights);
  const adaptive = await compileClassifier(classifier, {
    method: `dopri5@${tolerance}`,
    parallel: "batch",
  });
  const frugal = await fewProgram(given);
  const { logits } = await hyper.run({ images });
  const { statistics } = await adaptive.run(images);
  const own = Object.fromEntries(Object.entries(weights).map(([name, value]) => [`g.${name}`, value]));
  const state = Object.fromEntries(
    Object.entries(classifier.state).filter(([, { dtype }]) => dtype !== "int64"),
  );
  const tensors = { ...state, ...own, images };
  const peers = [];
  for (const way of context.peer === undefined ? [] : /** @type {const} */ (["hyper", "dopri5"])) {
    const prepared = await context.peer?.prepare(
      "conv_inference",
      { architecture: classifier.architecture.name, way, steps, tolerance },
      tensors,
      way,
    );
    peers.push({ way, prepared });
  }
  const theirs = peers[0]?.prepared?.tensors.logits;
  const gap = theirs && logits ? maxDifference(theirs, logits) : undefined;
  const result = await compare(context, {
    name: `${name}, batch ${batch}`,
    ours: [
      { label: "hypersolvers, HyperEuler", work: () => hyper.run({ images }), facts: { NFE: steps } },
      { label: HYPER_MIDPOINT, work: () => frugal.run(images), facts: { NFE: few.nfe } },
      { label: "hypersolvers, dopri5", work: () => adaptive.run(images), facts: { NFE: statistics.nfe } },
    ],
    theirs: peers.map(({ way, prepared }) => ({
      label: way === "hyper" ? "PyTorch loop, HyperEuler" : "torchdiffeq dopri5",
      work: way,
      facts: { NFE: prepared?.facts.nfe ?? steps },
    })),
    notes: [
      ...(gap === undefined ? [] : [`Logits of HyperEuler differ by at most ${gap.toExponential(1)}.`]),
      `Test accuracy: ${accuraciesOf(folder, ["dopri5", "HyperEuler", "HyperMidpoint, 2 steps"])}.`,
    ],
  });
  await hyper.dispose();
  await adaptive.dispose();
  await frugal.dispose();
  const { rows } = result;
  const ours = "hypersolvers, HyperEuler";
  const ratios = {
    "HyperEuler faster than PyTorch's loop of the same": ratioOf(rows, ours, "PyTorch loop"),
    "HyperEuler faster than torchdiffeq's dopri5": ratioOf(rows, ours, "torchdiffeq"),
    "HyperMidpoint faster than torchdiffeq's dopri5": ratioOf(rows, HYPER_MIDPOINT, "torchdiffeq"),
    "dopri5 faster than torchdiffeq's, at equal NFE": ratioOf(
      rows,
      "hypersolvers, dopri5",
      "torchdiffeq",
      ({ facts }) => facts.NFE ?? Number.NaN,
    ),
  };
  return { ...result, ratios: present(ratios) };
}

/** @type {import("./index.mjs").Subject} */
export const convInference = {
  name: "conv-inference",
  title: `classifiers of MNIST, images to logits: ${steps} HyperEuler steps with the paper's g, ${few.steps} of HyperMidpoint whose g reads f's hidden layer, and dopri5 at ${tolerance}`,
  unit: "ms/batch",
  needs: ["torchdiffeq"],
  run: async (context) => {
    const cases = [];
    for (const given of classifiers())
      for (const batch of someOf(batches, context.plan)) cases.push(await oneBatch(context, given, batch));
    return cases;
  },
};
