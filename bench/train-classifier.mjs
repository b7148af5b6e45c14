// @ts-check
/**
 * The classifier of `hypersolvers reproduce cifar10` trained by PyTorch: from the same first values, on the same images in
 * the same order, on the same meshes. See README.md.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { cifar10Augmentation, imageBatches, imageTensor, normalizations } from "../dist/data/index.js";
import { loadDataset } from "../dist/datasets/index.js";
import { cifar10Presets } from "../dist/experiments/images/presets.js";
import { randomMeshes } from "../dist/models/classifier/training/random-meshes.js";
import { splitImages } from "../dist/models/classifier/training/split-images.js";
import { trainingPlan } from "../dist/models/classifier/training/training-options.js";
import { architectureNamed, newClassifier } from "../dist/models/index.js";
import { Random, tensor } from "../dist/tensor/index.js";
import { describeMachine } from "./lib/machine.mjs";
import { startPeer } from "./lib/peer.mjs";
import { BenchError, fail } from "./lib/process.mjs";

/** @typedef {import("../dist/data/index.js").ImageSet} ImageSet */
/** @typedef {import("./lib/peer.mjs").Peer} Peer */

const usage = `usage: node bench/train-classifier.mjs [--iterations N] [--seed N] [--json FILE]
  --iterations N     default as in the standard preset; fewer end the schedule earlier
  --seed N           that of the run of \`hypersolvers reproduce cifar10\` to compare with (default 0)
  --json FILE        also write the results as JSON
CIFAR-10 comes from where \`hypersolvers data cifar10\` put it.
environment: PEER_PYTHON, TORCHDIFFEQ, PEER_ENV as for main.mjs`;

/** Iterations in one message to PyTorch. */
const turn = 10;
/** Of dopri5 in validation, and in the test at the end, as in the experiment. */
const [validationTolerance, testTolerance] = [1e-3, 1e-4];

/** @param {string[]} args */
function readArguments(args) {
  const { values } = parseArgs({
    args,
    options: {
      iterations: { type: "string", default: String(cifar10Presets.standard.training.iterations) },
      seed: { type: "string", default: "0" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const whole = (/** @type {"iterations" | "seed"} */ name, least = 0) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= least) return value;
    throw fail(`--${name}: expected an integer of at least ${least}, got ${values[name]}`);
  };
  return { iterations: whole("iterations", 1), seed: whole("seed"), json: values.json, help: values.help };
}

/** What `reproduce cifar10` draws from a seed. @param {{ iterations: number, seed: number }} request */
async function drawsOf({ iterations, seed }) {
  const { architecture: name, training: settings } = cifar10Presets.standard;
  const { training: data, test } = await loadDataset("cifar10");
  const architecture = architectureNamed(name);
  const options = { ...settings, architecture, data, iterations, seed };
  const plan = trainingPlan(options);
  const { batch, validations = 10, augmentation = cifar10Augmentation, solver } = settings;
  const { training, validation } = splitImages(options, seed);
  const normalization = normalizations[architecture.normalization];
  const of = (/** @type {string} */ purpose) => new Random(seed).fork(purpose);
  const steps = solver?.steps ?? 1;
  const mesh = Array.from({ length: steps + 1 }, (_, k) => k / steps);
  return {
    ...{ plan, normalization, validation, test, steps, batch },
    first: newClassifier(architecture, of("values")).state,
    batches: imageBatches(training, { batch, normalization, augmentation }, of("batches")),
    meshes: randomMeshes(mesh, of("meshes")),
    validateEvery: Math.ceil(iterations / validations),
  };
}

/** @typedef {Awaited<ReturnType<typeof drawsOf>>} Draws */

/** Iterations from … to − 1. @param {Peer} peer @param {Draws} draws @param {number} from @param {number} to */
async function train(peer, { plan, batches, meshes, steps, batch }, from, to) {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  const parts = numbers.map((number) => batches.at(number));
  const { shape } = /** @type {typeof parts[0]} */ (parts[0]).images;
  const images = new Float32Array(parts.flatMap(({ images: { data } }) => [...data]));
  const { facts } = await peer.feed({
    images: tensor("float32", [parts.length, ...shape], images),
    labels: tensor(
      "float32",
      [parts.length, batch],
      Float32Array.from(parts.flatMap(({ labels }) => [...labels])),
    ),
    meshes: tensor(
      "float32",
      [parts.length, steps + 1],
      Float32Array.from(numbers.flatMap((i) => [...meshes.at(i)])),
    ),
    rates: tensor("float64", [parts.length], Float64Array.from(numbers.map(plan.rate))),
  });
  return facts.loss ?? Number.NaN;
}

/**
 * @param {Peer} peer @param {Draws} draws @param {ImageSet} set @param {number} tolerance
 * @param {boolean} [final] with the values that did best on validation images
 */
async function measure(peer, { normalization }, set, tolerance, final = false) {
  const { facts } = await peer.feed({
    images: imageTensor(set, normalization),
    labels: tensor("float32", [set.labels.length], Float32Array.from(set.labels)),
    tolerance: tensor("float64", [], Float64Array.of(tolerance)),
    ...(final && { final: tensor("float32", [], Float32Array.of(1)) }),
  });
  return { accuracy: facts.accuracy ?? Number.NaN, nfe: facts.nfe ?? Number.NaN };
}

const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(2)} %`;

/** @param {Peer} peer @param {Draws} draws @param {number} iterations */
async function trainAll(peer, draws, iterations) {
  await peer.prepare("train_classifier", { clipNorm: draws.plan.clipNorm }, draws.first);
  const started = performance.now();
  const curve = [];
  for (let done = 0; done < iterations; ) {
    const from = done;
    const end = Math.min(done + draws.validateEvery, iterations);
    let loss = 0;
    while (done < end) {
      const next = Math.min(done + turn, end);
      loss += await train(peer, draws, done, next);
      done = next;
    }
    const validation = await measure(peer, draws, draws.validation, validationTolerance);
    const point = {
      iteration: done,
      loss: loss / (end - from),
      validation,
      seconds: (performance.now() - started) / 1000,
    };
    curve.push(point);
    console.log(
      `${done}/${iterations}, loss ${point.loss.toFixed(3)}, validation ${percent(validation.accuracy)}, NFE ${validation.nfe}, ${point.seconds.toFixed(0)} s`,
    );
  }
  return curve;
}

/** @param {string[]} args */
async function main(args) {
  const request = readArguments(args);
  if (request.help) return console.log(usage);
  const draws = await drawsOf(request);
  const peer = await startPeer();
  try {
    if (peer.facts.torchdiffeq === null) throw fail("no torchdiffeq; set TORCHDIFFEQ to a checkout");
    console.log(`PyTorch ${peer.facts.torch}, ${peer.facts.threads} threads, seed ${request.seed}`);
    const curve = await trainAll(peer, draws, request.iterations);
    const test = await measure(peer, draws, draws.test, testTolerance, true);
    console.log(`test: ${percent(test.accuracy)} of ${draws.test.labels.length} images, NFE ${test.nfe}`);
    if (request.json === undefined) return;
    const results = { machine: describeMachine(), peer: peer.facts, request, curve, test };
    writeFileSync(request.json, `${JSON.stringify(results, null, 2)}\n`);
  } finally {
    await peer.close();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof BenchError ? `bench: ${error.message}` : error);
  process.exitCode = 1;
}
