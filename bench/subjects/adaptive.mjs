// @ts-check
/** Subject: a solve with step control, against torchdiffeq's dopri5. */
import { compileSolve, fieldAs, orThrow } from "../../dist/ode/index.js";
import { compare } from "../lib/compare.mjs";
import { network, normalStates } from "../lib/networks.mjs";
import { maxDifference } from "../lib/wire.mjs";

/** @typedef {import("../../dist/tensor/index.js").Tensor} Tensor */
/** @typedef {import("../../dist/ode/index.js").Field} Field */

const batch = 256;
const tolerance = 1e-5;
const referenceTolerance = 1e-10;
/** Makes the field stiff enough for 60 to 100 evaluations. */
const gain = 4.5;
const span = /** @type {const} */ ([0, 1]);

/** @param {Field} field @param {Tensor} z0 */
async function referenceState(field, z0) {
  const solve = await compileSolve(fieldAs(field, "float64"), {
    span,
    method: `dopri5@${referenceTolerance}`,
  });
  const solution = orThrow(await solve.run(z0));
  await solve.dispose();
  return /** @type {Tensor} */ (solution.states.at(-1));
}

/**
 * @param {Field} field @param {Tensor} z0 @param {Tensor} exact
 * @param {string} label @param {"clip" | "overshoot"} lastStep
 */
async function ourWay(field, z0, exact, label, lastStep) {
  const solve = await compileSolve(field, { span, method: `dopri5@${tolerance},lastStep=${lastStep}` });
  const { statistics, states } = orThrow(await solve.run(z0));
  const error = maxDifference(/** @type {Tensor} */ (states.at(-1)), exact);
  return {
    label,
    work: () => solve.run(z0),
    facts: { nfe: statistics.nfe, "max error": error },
    dispose: () => solve.dispose(),
  };
}

/** @param {import("../lib/peer.mjs").Peer} peer @param {Record<string, Tensor>} weights @param {Tensor} z0 */
const theirWay = (peer, weights, z0) =>
  peer.prepare(
    "adaptive",
    { activation: "tanh", span, rtol: tolerance, atol: tolerance, referenceTolerance },
    { ...weights, z0 },
  );

/** Adds milliseconds per evaluation, and the ratio by it; the first two rows are ours. @param {import("../lib/report.mjs").Case} result */
function atEqualCost(result) {
  const costs = result.rows.map(
    ({ time, facts }) => (time?.median ?? Number.NaN) / (facts.nfe ?? Number.NaN),
  );
  const rows = result.rows.map((row, i) => ({
    ...row,
    facts: { ...row.facts, "ms/NFE": costs[i] ?? Number.NaN },
  }));
  const theirs = costs.slice(2);
  const ratio = Math.min(...theirs) / (costs[0] ?? Number.NaN);
  const ratios = theirs.length === 0 ? {} : { "faster at equal NFE (by ms/NFE)": ratio };
  return { ...result, rows, ratios: { ...result.ratios, ...ratios } };
}

/** @type {import("./index.mjs").Subject} */
export const adaptive = {
  name: "adaptive",
  title: `dopri5, rtol = atol = ${tolerance}, span 0 to 1, batch ${batch}, f = tanh MLP 2-128-128-128-2`,
  unit: "ms/solve",
  needs: ["torchdiffeq"],
  run: async (context) => {
    const { field, parameters } = network("tanh", gain);
    const z0 = normalStates(batch, 2);
    const exact = await referenceState(field, z0);
    const ours = [
      await ourWay(field, z0, exact, "hypersolvers", "clip"),
      await ourWay(field, z0, exact, "hypersolvers, last step as torchdiffeq", "overshoot"),
    ];
    const peerWork = context.peer && (await theirWay(context.peer, parameters, z0));
    const { final, reference } = peerWork?.tensors ?? {};
    const theirs = peerWork &&
      final && {
        label: "torchdiffeq",
        facts: { nfe: peerWork.facts.nfe ?? 0, "max error": maxDifference(final, exact) },
      };
    const notes = [`Error against our float64 solve at ${referenceTolerance}.`];
    if (reference)
      notes.push(
        `Their float64 solve differs from ours by ${maxDifference(reference, exact).toExponential(1)}.`,
      );
    const result = await compare(context, { name: `batch ${batch}`, ours, theirs, notes });
    for (const { dispose } of ours) await dispose();
    return [atEqualCost(result)];
  },
};
