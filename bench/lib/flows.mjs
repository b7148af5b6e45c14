// @ts-check
/** Trained flows with corrections for sampling, and what the peer must know of a flow. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { importOnnx } from "../../dist/graph/index.js";
import { decodeCorrection, fitCorrection, normalStates } from "../../dist/hypersolver/index.js";
import { decodeFlow, normalBase } from "../../dist/models/index.js";
import { fieldOfModel } from "../../dist/ode/index.js";
import { fromNumbers } from "../../dist/tensor/index.js";
import { fail } from "./process.mjs";

/** @typedef {import("../../dist/models/index.js").Flow} Flow */
/** @typedef {import("../../dist/hypersolver/index.js").Correction} Correction */
/** @typedef {import("../../dist/graph/index.js").Node} Node */
/** @typedef {import("../../dist/tensor/index.js").Tensor} Tensor */

const shipped = fileURLToPath(new URL("../../pretrained/flows", import.meta.url));
const ffjordFile = new URL("../../pretrained/ffjord_gaussians_field.onnx", import.meta.url);

/** Folders NAME with `flow.onnx` and `correction.onnx`; FLOWS names another folder that holds them. */
export function flowFolders(folder = process.env.FLOWS ?? shipped) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => ["flow.onnx", "correction.onnx"].every((file) => existsSync(join(path, file))));
}

/** Corrections by the hypersolver that they make. @typedef {Readonly<Record<string, Correction | undefined>>} Corrections */

/** Where `reproduce cnf` writes them. */
const correctionFiles = {
  HyperEuler: "correction-euler.onnx",
  HyperMidpoint: "correction.onnx",
  HyperHeun: "correction-heun.onnx",
};

/** @param {string} folder @returns {{ flow: Flow, corrections: Corrections }} */
export function readFlow(folder) {
  const read = (/** @type {string} */ file) => readFileSync(join(folder, file));
  const there = Object.entries(correctionFiles).filter(([, file]) => existsSync(join(folder, file)));
  return {
    flow: decodeFlow(read("flow.onnx"), "flow.onnx"),
    corrections: Object.fromEntries(there.map(([name, file]) => [name, decodeCorrection(read(file), file)])),
  };
}

/** The authors' FFJORD flow with a correction that is fitted here and now: where no flows are to be had. */
export async function hastyFlow() {
  const flow = {
    field: fieldOfModel(importOnnx(readFileSync(ffjordFile), ffjordFile.pathname)),
    base: normalBase,
    span: /** @type {const} */ ([0, 1]),
    standardization: { shift: [0, 0], scale: [1, 1] },
  };
  const { correction } = await fitCorrection(
    flow.field,
    { base: "heun", steps: 1, span: flow.span, iterations: 400, trajectories: 2048, batch: 256 },
    { states: normalStates([2]) },
  );
  return { flow, corrections: { HyperHeun: correction } };
}

/** The peer's name of an activation by the operator that it is made of. */
const activationOf = new Map([
  ["tanh", "tanh"],
  ["softplus", "softplus"],
  ["relu", "relu"],
  ["sigmoid", "silu"],
]);

/**
 * How the peer builds a field that is a fully connected network over z (or r tanh(z/r)), or over that and s, bounded or not, with
 * weights under the names of PyTorch's `Sequential`. Whether it is such a network is for the results to
 * tell: they must agree.
 * @param {import("../../dist/ode/index.js").Field} field
 */
export function networkOf({ graph, roles, parameters }) {
  const nodes = nodesInOrder(graph);
  const names = new Map(Object.entries(graph.inputs).map(([name, node]) => [node, name]));
  /** @type {Record<string, Tensor>} */
  const weights = {};
  for (const [layer, { inputs }] of nodes.filter(({ op }) => op === "gemm").entries()) {
    const [weight, bias] = inputs.slice(1).map((node) => parameters[names.get(node) ?? ""]);
    if (weight === undefined || bias === undefined) throw fail("the field is no fully connected network");
    weights[`${2 * layer}.weight`] = weight;
    weights[`${2 * layer}.bias`] = bias;
  }
  const first = nodes.findIndex(({ op }) => op === "gemm");
  const last = nodes.findLastIndex(({ op }) => op === "gemm");
  const activation = nodes.slice(first, last).flatMap(({ op }) => activationOf.get(op) ?? []);
  const [inputBound, maxSpeed] = [boundOf(nodes.slice(0, first)), boundOf(nodes.slice(last))];
  return { options: { activation, depth: roles.depth !== undefined, inputBound, maxSpeed }, weights };
}

/** r where something becomes r tanh(something/r); null where it stays. @param {Node[]} nodes */
function boundOf(nodes) {
  const bound = nodes.find(({ op }) => op === "tanh");
  const product = nodes.find(({ op, inputs }) => op === "mul" && inputs.some((node) => node === bound));
  const factor = product?.inputs.find(({ op }) => op === "constant");
  return factor === undefined ? null : Number(/** @type {any} */ (factor.attributes).value.data[0]);
}

/** All nodes that outputs depend on, inputs before users. @param {import("../../dist/graph/index.js").Graph} graph */
function nodesInOrder({ outputs }) {
  /** @type {Set<Node>} */
  const seen = new Set();
  const visit = (/** @type {Node} */ node) => {
    if (seen.has(node)) return;
    seen.add(node);
    node.inputs.forEach(visit);
  };
  Object.values(outputs).forEach(visit);
  return [...seen].sort((a, b) => a.id - b.id);
}

/** @param {Flow} flow */
export const standardizationTensors = ({ standardization: { shift, scale } }) => ({
  shift: fromNumbers(shift, [shift.length]),
  scale: fromNumbers(scale, [scale.length]),
});
