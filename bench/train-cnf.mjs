// @ts-check
/**
 * Trains one flow twice by maximum likelihood, with this package and with torchdiffeq, on the same batches from the same
 * first weights, and compares the likelihood of the same held-out rows. See README.md.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { densities, densityNamed, logScale, standardized } from "../dist/data/index.js";
import { compileFlowDensity, densityData, flowField, normalBase } from "../dist/models/index.js";
import { compileMaximumLikelihood } from "../dist/models/internal.js";
import { adam } from "../dist/optim/index.js";
import { Random, tensor, toFloat64 } from "../dist/tensor/index.js";
import { networkOf } from "./lib/flows.mjs";
import { describeMachine } from "./lib/machine.mjs";
import { startPeer } from "./lib/peer.mjs";
import { BenchError, fail } from "./lib/process.mjs";

/** @typedef {import("../dist/models/index.js").Flow} Flow */
/** @typedef {import("../dist/models/index.js").FlowData} FlowData */
/** @typedef {import("../dist/tensor/index.js").Tensor} Tensor */

const usage = `usage: node bench/train-cnf.mjs [--density NAME] [--iterations N] [--batch N] [--seed N] [--gradient KIND]
                               [--activation NAME] [--autonomous] [--points N] [--held-out N] [--json FILE]
  --density NAME     what to learn (default moons): ${Object.keys(densities).join(", ")}
  --iterations N     default 500
  --batch N          rows a batch (default 512)
  --seed N           of weights, batches and held-out rows (default 0)
  --gradient KIND    discrete (default; theirs: backpropagation through odeint), continuous (theirs: odeint_adjoint)
                     or seminorm
  --activation NAME  of the network 3-128-128-128-2: tanh (default), softplus, silu
  --autonomous       f(z) instead of f(s, z)
  --points N         how often to measure (default 10)
  --held-out N       rows to measure on (default 5000)
  --json FILE        also write the results as JSON
environment: PEER_PYTHON, TORCHDIFFEQ, PEER_ENV as for main.mjs`;

const tolerance = 1e-5;
const learningRate = 1e-3;
/** Iterations that one side does before the other has its turn. */
const turn = 5;

const gradients = {
  discrete: { adjoint: /** @type {const} */ ("discrete"), peer: "backprop" },
  continuous: { adjoint: /** @type {const} */ ({ kind: "continuous" }), peer: "adjoint" },
  seminorm: { adjoint: /** @type {const} */ ({ kind: "continuous", norm: "seminorm" }), peer: "seminorm" },
};
/** @typedef {keyof typeof gradients} GradientKind */
const activations = /** @type {const} */ (["tanh", "softplus", "silu"]);

/**
 * What a stretch of iterations did: sums over it.
 * @typedef {{ seconds: number, loss: number, nfe: number }} Stretch
 */

/**
 * One of the two in training.
 * @typedef {object} Trainee
 * @property {(batches: readonly Tensor[]) => Promise<Stretch>} train
 * @property {(x: Tensor) => Promise<{ values: Float64Array, nfe: number }>} logDensities of standardized rows, in nats of
 *   standard coordinates
 */

/** @typedef {ReturnType<typeof readArguments>} Request */

/** @param {string[]} args */
function readArguments(args) {
  const { values } = parseArgs({
    args,
    options: {
      density: { type: "string", default: "moons" },
      iterations: { type: "string", default: "500" },
      batch: { type: "string", default: "512" },
      seed: { type: "string", default: "0" },
      gradient: { type: "string", default: "discrete" },
      activation: { type: "string", default: "tanh" },
      autonomous: { type: "boolean", default: false },
      points: { type: "string", default: "10" },
      "held-out": { type: "string", default: "5000" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const whole = (/** @type {"iterations" | "batch" | "seed" | "points" | "held-out"} */ name, least = 1) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= least) return value;
    throw fail(`--${name}: expected an integer of at least ${least}, got ${values[name]}`);
  };
  const { density, autonomous, json, help } = values;
  return {
    ...{ density, autonomous, json, help, iterations: whole("iterations"), batch: whole("batch") },
    ...{ seed: whole("seed", 0), points: whole("points"), heldOut: whole("held-out") },
    gradient: oneOf("gradient", values.gradient, /** @type {GradientKind[]} */ (Object.keys(gradients))),
    activation: oneOf("activation", values.activation, activations),
  };
}

/** @template {string} T @param {string} option @param {string} value @param {readonly T[]} known @returns {T} */
function oneOf(option, value, known) {
  const found = known.find((name) => name === value);
  if (found === undefined) throw fail(`--${option}: expected ${known.join(", ")}, got ${value}`);
  return found;
}

/** @param {Flow} flow @param {Request} request @returns {Promise<Trainee & { dispose(): Promise<void> }>} */
async function ourTrainee(flow, { gradient }) {
  const trainer = await compileMaximumLikelihood(flow.field, {
    ...{ base: flow.base, span: flow.span, optimizer: adam() },
    solver: { method: `dopri5@${tolerance}`, adjoint: gradients[gradient].adjoint },
  });
  const plain = { ...flow, standardization: { shift: [0, 0], scale: [1, 1] } };
  const density = await compileFlowDensity(plain, { method: `dopri5@${tolerance}` });
  return {
    train: async (batches) => {
      const started = performance.now();
      const sums = { loss: 0, nfe: 0 };
      for (const x of batches) {
        const { loss, nfe = 0, taken } = await trainer.step(x, learningRate);
        if (!taken) throw fail(`our loss became ${loss}`);
        sums.loss += loss;
        sums.nfe += nfe;
      }
      return { seconds: (performance.now() - started) / 1000, ...sums };
    },
    logDensities: async (x) => {
      const { values, statistics } = await density.run(x, trainer.parameters());
      return { values, nfe: statistics.nfe };
    },
    dispose: async () => {
      await trainer.dispose();
      await density.dispose();
    },
  };
}

/** @param {import("./lib/peer.mjs").Peer} peer @param {Flow} flow @param {Request} request @returns {Promise<Trainee>} */
async function theirTrainee(peer, flow, { gradient }) {
  const { options, weights } = networkOf(flow.field);
  const all = { ...options, tolerance, learningRate, gradient: gradients[gradient].peer };
  await peer.prepare("train_cnf", all, weights);
  return {
    train: async (batches) =>
      /** @type {Stretch} */ (
        /** @type {unknown} */ ((await peer.feed({ batches: stacked(batches) })).facts)
      ),
    logDensities: async (x) => {
      const { facts, tensors } = await peer.feed({ x });
      return { values: toFloat64(/** @type {Tensor} */ (tensors.values)), nfe: facts.nfe ?? Number.NaN };
    },
  };
}

/** Tensors of one shape as one, along a new first axis. @param {readonly Tensor[]} tensors */
function stacked(tensors) {
  const values = tensors.flatMap((one) => [...toFloat64(one)]);
  return tensor("float32", [tensors.length, ...(tensors[0]?.shape ?? [])], Float32Array.from(values));
}

/** Mean of −x and its standard error. @param {ArrayLike<number>} values */
function meanNegative(values) {
  const list = Array.from(values);
  const average = list.reduce((sum, value) => sum + value, 0) / list.length;
  const variance = list.reduce((sum, value) => sum + (value - average) ** 2, 0) / (list.length - 1);
  return { mean: -average, error: Math.sqrt(variance / list.length) };
}

/** NLL of the same rows on both sides, in units of the data, and the mean of the differences row by row.
 * @param {readonly [Trainee, Trainee]} trainees @param {Tensor} x standardized @param {number} change log of the scale */
async function measured([ours, theirs], x, change) {
  const [a, b] = [await ours.logDensities(x), await theirs.logDensities(x)];
  const [own, other] = [meanNegative(a.values), meanNegative(b.values)];
  const gap = meanNegative(a.values.map((value, i) => value - (b.values[i] ?? Number.NaN)));
  return {
    ours: own.mean + change,
    theirs: other.mean + change,
    samplingError: own.error,
    difference: gap.mean,
    differenceError: gap.error,
    solveNfe: [a.nfe, b.nfe],
  };
}

/** Both sides through the same batches, in turns. @param {readonly [Trainee, Trainee]} trainees @param {FlowData} data @param {Request} request @param {number} from @param {number} to */
async function stretch(trainees, data, { batch, seed }, from, to) {
  const random = new Random(seed);
  /** @type {[Stretch, Stretch]} */
  const sums = [
    { seconds: 0, loss: 0, nfe: 0 },
    { seconds: 0, loss: 0, nfe: 0 },
  ];
  for (let start = from; start < to; start += turn) {
    const numbers = Array.from({ length: Math.min(turn, to - start) }, (_, i) => start + i);
    const batches = numbers.map((number) => data.batch(batch, random.fork(`batch ${number}`)));
    for (const [i, trainee] of trainees.entries()) {
      const { seconds, loss, nfe } = await trainee.train(batches);
      const sum = /** @type {Stretch} */ (sums[i]);
      sum.seconds += seconds;
      sum.loss += loss;
      sum.nfe += nfe;
    }
  }
  return sums;
}

/** @param {object} row */
function printRow(row) {
  console.log(
    Object.values(row)
      .map((cell) => (typeof cell === "number" ? cell.toFixed(Number.isInteger(cell) ? 0 : 4) : cell))
      .map((cell) => String(cell).padStart(11))
      .join(""),
  );
}

const columns = [
  ...["iteration", "NLL ours", "theirs", "difference", "± of it", "± of NLL"],
  ...["NFE ours", "NFE theirs", "ms ours", "ms theirs"],
];

/** @param {readonly [Trainee, Trainee]} trainees @param {FlowData} data @param {Request} request */
async function trainBoth(trainees, data, request) {
  const { iterations, points } = request;
  const x = standardized(data.heldOut(request.heldOut), data.standardization);
  const change = logScale(data.standardization);
  const curve = [];
  printRow(columns);
  let [done, seconds] = [0, [0, 0]];
  for (let point = 0; point <= points; point++) {
    const end = Math.round((iterations * point) / points);
    const sums = await stretch(trainees, data, request, done, end);
    seconds = seconds.map((sum, i) => sum + (sums[i]?.seconds ?? 0));
    const count = Math.max(1, end - done);
    const losses = sums.map(({ loss }) => loss / count);
    const nfe = sums.map((sum) => sum.nfe / count);
    const nll = await measured(trainees, x, change);
    curve.push({ iteration: end, ...nll, losses, nfe, seconds });
    printRow([
      ...[end, nll.ours, nll.theirs, nll.difference, nll.differenceError, nll.samplingError],
      ...nfe.map((value) => value.toFixed(1)),
      ...sums.map((sum) => ((1000 * sum.seconds) / count).toFixed(0)),
    ]);
    done = end;
  }
  return curve;
}

/** @param {string[]} args */
async function main(args) {
  const request = readArguments(args);
  if (request.help) return console.log(usage);
  const { seed, autonomous, activation, json } = request;
  const data = densityData(densityNamed(request.density), seed);
  const network = {
    dimension: 2,
    timeDependent: !autonomous,
    activation,
    inputBound: null,
    maxSpeed: null,
    inputGain: 1,
  };
  const field = flowField(network, new Random(seed).fork("network"));
  /** @type {Flow} */
  const flow = { field, base: normalBase, span: [0, 1], standardization: data.standardization };
  const machine = describeMachine();
  const peer = await startPeer();
  const ours = await ourTrainee(flow, request);
  try {
    if (peer.facts.torchdiffeq === null) throw fail("no torchdiffeq; set TORCHDIFFEQ to a checkout");
    console.log(
      `${data.description}; ${request.iterations} iterations, batch ${request.batch}, seed ${seed}, ${request.gradient} gradient`,
    );
    console.log(
      `Adam at ${learningRate}, dopri5 at ${tolerance}, PyTorch ${peer.facts.torch}, ${peer.facts.threads} threads; NLL of ${request.heldOut} held-out rows in nats`,
    );
    const curve = await trainBoth([ours, await theirTrainee(peer, flow, request)], data, request);
    if (json !== undefined)
      writeFileSync(json, `${JSON.stringify({ machine, peer: peer.facts, request, curve }, null, 2)}\n`);
  } finally {
    await ours.dispose();
    await peer.close();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof BenchError ? `bench: ${error.message}` : error);
  process.exitCode = 1;
}
