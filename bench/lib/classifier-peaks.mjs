// @ts-check
/** Peak memory of classifiers of MNIST by the number of steps: classifying, and one iteration of training. */
import { readFileSync } from "node:fs";
import { decodeCorrection, hyper } from "../../dist/hypersolver/index.js";
import { compileAdjointTraining } from "../../dist/models/classifier/training/adjoint-training.js";
import { compileUnrolledTraining } from "../../dist/models/classifier/training/unrolled-training.js";
import {
  architectureNamed,
  classifierOf,
  compileClassifier,
  newClassifier,
} from "../../dist/models/index.js";
import { decodeStateDict } from "../../dist/nn/index.js";
import { euler, fixed, uniformMesh } from "../../dist/ode/index.js";
import { adam } from "../../dist/optim/index.js";
import { draw, Random, tensor } from "../../dist/tensor/index.js";
import { ourPeak } from "./peak-memory.mjs";
import { format } from "./report.mjs";

/** @typedef {import("./report.mjs").Case} Case */
/** @typedef {import("./report.mjs").Row} Row */

/**
 * What is classified or trained.
 * @typedef {{ way: string, steps: number, batch: number }} Work
 */

const pretrained = new URL("../../pretrained/", import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, pretrained));

/** Standard normal images. @param {number} batch */
function images(batch) {
  const random = new Random(4);
  return tensor(
    "float32",
    [batch, 1, 28, 28],
    draw(batch * 784, () => random.normal()),
  );
}

/** Classifying by Euler or HyperEuler, for a process of its own. @param {Work} work */
export async function classifyingWork({ way, steps, batch }) {
  const state = decodeStateDict(read("nde_mnist.safetensors"), "nde_mnist.safetensors");
  const file = "classifiers/mnist-authors/correction.onnx";
  const method =
    way === "Euler" ? fixed(euler, { steps }) : hyper(decodeCorrection(read(file), file), { steps });
  const classifier = classifierOf(architectureNamed("mnist-authors"), state);
  const program = await compileClassifier(classifier, { method });
  const given = images(batch);
  return () => program.run(given);
}

/** An iteration of training at rate 0 in Euler steps, for a process of its own. @param {Work} work */
export async function iterationWork({ way, steps, batch }) {
  const architecture = architectureNamed("mnist-paper");
  const classifier = newClassifier(architecture, new Random(1));
  const update = { optimizer: adam(), clipNorm: 1 };
  const mesh = uniformMesh(architecture.span, steps);
  const solver = { method: fixed(euler, { steps }), adjoint: /** @type {const} */ ("discrete") };
  const trainer =
    way === "unrolled"
      ? await compileUnrolledTraining(classifier, { ...update, tableau: euler, mesh })
      : await compileAdjointTraining(classifier, { ...update, solver });
  const labels = Uint8Array.from({ length: batch }, (_, i) => i % architecture.classes);
  const given = { images: images(batch), labels };
  return () => trainer.step(given, 0);
}

/** A row for every number of steps, a column for every way. */
const comparisons = [
  {
    name: "MB at the peak of classifying by the authors' network, steps and layers in one program",
    work: classifyingWork,
    steps: [5, 10, 20, 40],
    runs: 5,
    columns: ["Euler", "HyperEuler"].flatMap((way) => [
      { label: `${way}, 32 images`, way, batch: 32 },
      { label: `${way}, 1 image`, way, batch: 1 },
    ]),
  },
  {
    name: "MB at the peak of training mnist-paper in Euler steps",
    work: iterationWork,
    steps: [4, 8, 16, 32],
    runs: 3,
    columns: ["discrete", "unrolled"].map((way) => ({ label: `${way}, 32 images`, way, batch: 32 })),
  },
];

/** @param {(typeof comparisons)[number]} comparison @param {boolean} quick @returns {Promise<Case>} */
async function compared({ name, work, steps: all, runs, columns }, quick) {
  /** @type {Row[]} */
  const rows = [];
  const steps = quick ? all.slice(0, 1) : all;
  // In a quick run each way once, on its smaller batch.
  const last = (/** @type {string} */ way) => columns.findLast((column) => column.way === way);
  const measured = quick ? columns.filter((column) => column === last(column.way)) : columns;
  for (const count of steps) {
    /** @type {Record<string, number>} */
    const facts = {};
    for (const { label, way, batch } of measured) {
      const options = { way, steps: count, batch };
      const task = { module: import.meta.url, name: work.name, options, runs: quick ? 1 : runs };
      const { "MB peak": peak } = await ourPeak(task);
      facts[label] = peak;
    }
    rows.push({ label: `${count} steps`, facts });
  }
  return { name, rows, ratios: {}, notes: quick ? [] : [growth(rows, steps)] };
}

/** From the fewest to the most steps. @param {Row[]} rows @param {readonly number[]} steps */
function growth(rows, steps) {
  const [few, many] = [rows[0]?.facts ?? {}, rows.at(-1)?.facts ?? {}];
  const more = (steps.at(-1) ?? Number.NaN) - (steps[0] ?? Number.NaN);
  const slopes = Object.entries(many).map(
    ([label, peak]) => `${label} ${format((peak - (few[label] ?? Number.NaN)) / more)}`,
  );
  return `MB a step: ${slopes.join("; ")}.`;
}

/** Each in a process of its own, with its libraries. @param {boolean} quick one row of one run each */
export async function classifierPeaks(quick) {
  const cases = [];
  for (const comparison of comparisons) cases.push(await compared(comparison, quick));
  return cases;
}
