// @ts-check
/** Subject: samples of a continuous normalizing flow, corrected and not, against torchdiffeq's dopri5. */
import { basename } from "node:path";
import { hyper, stateErrors } from "../../dist/hypersolver/index.js";
import { compileFlowSampler } from "../../dist/models/index.js";
import { fieldAs, fieldMacs } from "../../dist/ode/index.js";
import { compare, present, ratioOf } from "../lib/compare.mjs";
import { flowFolders, hastyFlow, networkOf, readFlow, standardizationTensors } from "../lib/flows.mjs";
import { normalStates } from "../lib/networks.mjs";
import { ourPeak, theirPeak } from "../lib/peak-memory.mjs";
import { maxDifference } from "../lib/wire.mjs";

/** @typedef {import("../../dist/tensor/index.js").Tensor} Tensor */
/** @typedef {import("../lib/flows.mjs").Flow} Flow */

const samples = 10_000;
/** In a quick run. */
const few = 200;
const tolerance = 1e-5;
const referenceTolerance = 1e-8;
const memoryRuns = 5;

/** How we sample, by row: a correction's base, a method alone, or dopri5. The first is what the peer is compared with. */
const ways = /** @type {const} */ ([
  "HyperEuler, 1 step",
  "HyperMidpoint, 1 step",
  "HyperHeun, 1 step",
  "dopri5",
  "midpoint, 1 step",
]);
/** @typedef {(typeof ways)[number]} Way */
/** @typedef {import("../lib/flows.mjs").Corrections} Corrections */

/** @param {Way} way @param {Corrections} corrections */
const isThere = (way, corrections) =>
  !way.startsWith("Hyper") || corrections[way.split(",")[0] ?? ""] !== undefined;

/** Options of `compileFlowSampler`. @param {Way} way @param {Corrections} corrections */
function optionsOf(way, corrections) {
  if (way === "dopri5") return { method: `dopri5@${tolerance}` };
  if (way === "midpoint, 1 step") return { method: "midpoint:1" };
  const correction = corrections[way.split(",")[0] ?? ""];
  return correction === undefined ? {} : { method: hyper(correction, { steps: 1 }) };
}

/** One way of sampling a shipped flow, for a process of its own. @param {{ folder: string, way: Way, count: number }} options */
export async function samplingWork({ folder, way, count }) {
  const { flow, corrections } = readFlow(folder);
  const sampler = await compileFlowSampler(flow, optionsOf(way, corrections));
  const z0 = normalStates(count, flow.standardization.shift.length);
  return () => sampler.push(z0);
}

/** @param {Flow} flow @param {Tensor} z0 */
async function referenceSamples(flow, z0) {
  const sampler = await compileFlowSampler(
    { ...flow, field: fieldAs(flow.field, "float64") },
    { method: `dopri5@${referenceTolerance}` },
  );
  const { x } = await sampler.push(z0);
  await sampler.dispose();
  return x;
}

/** @param {Flow} flow @param {Corrections} corrections @param {Tensor} z0 @param {Tensor} exact @param {Way} way */
async function ourWay(flow, corrections, z0, exact, way) {
  const sampler = await compileFlowSampler(flow, optionsOf(way, corrections));
  const { x, statistics } = await sampler.push(z0);
  return {
    label: `hypersolvers, ${way}`,
    work: () => sampler.push(z0),
    facts: {
      NFE: statistics.nfe,
      "mean error": stateErrors(x, exact).mean,
      "MACs a sample": statistics.macs,
    },
    dispose: () => sampler.dispose(),
  };
}

/** @param {Flow} flow @param {Tensor} z0 */
function peerRequest(flow, z0) {
  const { options, weights } = networkOf(flow.field);
  return {
    options: { ...options, span: flow.span, tolerance, referenceTolerance },
    tensors: { ...weights, ...standardizationTensors(flow), z0 },
  };
}

/** @param {import("../lib/peer.mjs").Prepared | undefined} prepared @param {Flow} flow @param {Tensor} exact */
function theirWay(prepared, flow, exact) {
  const { samples, reference } = prepared?.tensors ?? {};
  if (!prepared || !samples || !reference) return { theirs: undefined, notes: [] };
  const nfe = prepared.facts.nfe ?? Number.NaN;
  const facts = {
    NFE: nfe,
    "mean error": stateErrors(samples, exact).mean,
    "MACs a sample": nfe * fieldMacs(flow.field),
  };
  const gap = maxDifference(reference, exact);
  const alarm = gap < 1e-3 ? "" : ": THE SIDES DO NOT COMPUTE THE SAME";
  return {
    theirs: { label: "torchdiffeq dopri5", facts },
    notes: [`Their float64 solve differs from ours by ${gap.toExponential(1)}${alarm}.`],
  };
}

/**
 * Peak memory of each way; nothing where there is no folder to load from.
 * @param {string | undefined} folder @param {Flow} flow @param {Tensor} z0 @param {readonly Way[]} measured
 * @param {{ runs: number, withPeer: boolean }} plan
 */
async function peaks(folder, flow, z0, measured, { runs, withPeer }) {
  if (folder === undefined) return { ours: [], theirs: undefined };
  const ours = [];
  for (const way of measured) {
    const options = { folder, way, count: z0.shape[0] };
    ours.push(await ourPeak({ module: import.meta.url, name: "samplingWork", options, runs }));
  }
  const { options, tensors } = peerRequest(flow, z0);
  const theirs = withPeer
    ? await theirPeak("cnf_sampling", { ...options, check: false }, tensors, runs)
    : undefined;
  return { ours, theirs };
}

/**
 * @param {import("../lib/compare.mjs").Context} context
 * @param {{ name: string, folder: string | undefined, flow: Flow, corrections: Corrections }} given
 */
async function oneFlow(context, { name, folder, flow, corrections }) {
  const { quick } = context.plan;
  const z0 = normalStates(quick ? few : samples, flow.standardization.shift.length);
  const exact = await referenceSamples(flow, z0);
  const { options, tensors } = peerRequest(flow, z0);
  const prepared = await context.peer?.prepare("cnf_sampling", { ...options, check: true }, tensors);
  const { theirs, notes } = theirWay(prepared, flow, exact);
  const measured = ways.filter((way) => isThere(way, corrections));
  const memory = await peaks(folder, flow, z0, measured, {
    runs: quick ? 1 : memoryRuns,
    withPeer: theirs !== undefined,
  });
  const ours = [];
  for (const [i, way] of measured.entries()) {
    const own = await ourWay(flow, corrections, z0, exact, way);
    ours.push({ ...own, facts: { ...own.facts, ...memory.ours[i] } });
  }
  const result = await compare(context, {
    name,
    ours,
    theirs: theirs && { ...theirs, facts: { ...theirs.facts, ...memory.theirs } },
    notes: [
      `Mean Euclidean error against our float64 dopri5 at ${referenceTolerance}, in units of the data.`,
      ...notes,
    ],
  });
  for (const { dispose } of ours) await dispose();
  const { rows } = result;
  const against = (/** @type {string} */ whose, /** @type {string} */ side) =>
    measured.flatMap((way) => {
      if (!way.startsWith("Hyper")) return [];
      return [[`${way} faster than ${whose} dopri5`, ratioOf(rows, `hypersolvers, ${way}`, side)]];
    });
  const ratios = {
    ...Object.fromEntries([
      ...against("torchdiffeq's", "torchdiffeq"),
      ...against("our", "hypersolvers, dopri5"),
    ]),
    "dopri5 of both sides (median of rounds)": ratioOf(rows, "hypersolvers, dopri5", "torchdiffeq"),
  };
  return { ...result, ratios: present(ratios) };
}

/** All flows that are there, of which one shows that it works; or one that is not worth its error column. @param {boolean} quick */
async function* flows(quick) {
  const folders = flowFolders().slice(0, quick ? 1 : undefined);
  for (const folder of folders) yield { name: basename(folder), folder, ...readFlow(folder) };
  if (folders.length > 0) return;
  const name = "FFJORD field, correction fitted in 400 iterations: look at times, not at its error";
  yield { name, folder: undefined, ...(await hastyFlow()) };
}

/** @type {import("./index.mjs").Subject} */
export const cnfSampling = {
  name: "cnf-sampling",
  title: `${samples} samples of a flow, the same draws of the base for all; tolerances ${tolerance}`,
  unit: "ms/solve",
  needs: ["torchdiffeq"],
  run: async (context) => {
    const cases = [];
    for await (const flow of flows(context.plan.quick)) cases.push(await oneFlow(context, flow));
    return cases;
  },
};
