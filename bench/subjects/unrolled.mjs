// @ts-check
/** Subject: a fixed-step solve as one program, against a loop of PyTorch calls. */
import { compileSolve, orThrow } from "../../dist/ode/index.js";
import { compare } from "../lib/compare.mjs";
import { someOf } from "../lib/measure.mjs";
import { network, normalStates } from "../lib/networks.mjs";
import { maxDifference } from "../lib/wire.mjs";

const steps = 10;
const batches = [1, 512];

/** @param {import("../lib/compare.mjs").Context} context @param {number} batch */
async function oneBatch(context, batch) {
  const { field, parameters } = network("tanh", 1);
  const z0 = normalStates(batch, 2);
  const solve = await compileSolve(field, { span: [0, 1], method: `euler:${steps}` });
  const final = orThrow(await solve.run(z0)).states.at(-1);
  const peerWork = await context.peer?.prepare(
    "unrolled",
    { activation: "tanh", steps },
    { ...parameters, z0 },
  );
  const theirs = peerWork?.tensors.final;
  const notes =
    theirs && final ? [`Results differ by at most ${maxDifference(theirs, final).toExponential(1)}.`] : [];
  const result = await compare(context, {
    name: `batch ${batch}`,
    ours: [{ label: "hypersolvers, one program", work: () => solve.run(z0) }],
    theirs: peerWork && { label: "PyTorch loop" },
    notes,
  });
  await solve.dispose();
  return result;
}

/** @type {import("./index.mjs").Subject} */
export const unrolled = {
  name: "unrolled",
  title: `${steps} Euler steps, f = tanh MLP 2-128-128-128-2`,
  unit: "ms/solve",
  needs: ["torch"],
  run: async (context) => {
    const cases = [];
    for (const batch of someOf(batches, context.plan)) cases.push(await oneBatch(context, batch));
    return cases;
  },
};
