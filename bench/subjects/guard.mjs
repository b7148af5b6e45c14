// @ts-check
/** Subject: what bounds of errors cost a solve that they let pass. */
import { basename } from "node:path";
import { compileGuardedSolve, hyper } from "../../dist/hypersolver/index.js";
import { compileSolve, orThrow } from "../../dist/ode/index.js";
import { fromNumbers, toFloat64 } from "../../dist/tensor/index.js";
import { compare, present, ratioOf } from "../lib/compare.mjs";
import { flowFolders, readFlow } from "../lib/flows.mjs";
import { someOf } from "../lib/measure.mjs";
import { normalStates } from "../lib/networks.mjs";

const samples = 10_000;
/** In a quick run. */
const few = 200;
/** A distance that no bound exceeds: nothing is solved again. */
const GUARD = 1e6;
/** Labels begin so. */
const [alone, bounded] = ["without bounds", "with bounds"];

/** Rows but some. @param {import("../../dist/tensor/index.js").Tensor} states @param {readonly number[]} rows */
function without(states, rows) {
  const [count = 0, width = 0] = states.shape;
  const left = toFloat64(states).filter((_, i) => !rows.includes(Math.floor(i / width)));
  return fromNumbers(Float32Array.from(left), [count - rows.length, width]);
}

/** @param {import("../lib/compare.mjs").Context} context @param {string} folder */
async function oneFlow(context, folder) {
  const { flow, corrections } = readFlow(folder);
  const { field, span } = flow;
  const correction = corrections.HyperMidpoint;
  const calibration = correction?.card?.calibration;
  if (correction === undefined || calibration === undefined) return undefined;
  const method = hyper(correction, { steps: 1 });
  const drawn = normalStates(context.plan.quick ? few : samples, flow.standardization.shift.length);
  const solve = await compileSolve(field, { span, method });
  const guarded = await compileGuardedSolve(field, method, span, calibration, { guard: GUARD, trust: true });
  const { refined } = await guarded.run(drawn);
  // What is solved again costs what dopri5 costs, and is not the question.
  const z0 = without(drawn, refined);
  const found = await compare(context, {
    name: basename(folder),
    ours: [
      { label: alone, work: async () => orThrow(await solve.run(z0)) },
      { label: bounded, work: () => guarded.run(z0) },
    ],
    theirs: undefined,
    notes: [`Without ${refined.length} samples that would be solved again.`],
  });
  await solve.dispose();
  await guarded.dispose();
  return {
    ...found,
    ratios: present({ "time with bounds over that without": ratioOf(found.rows, alone, bounded) }),
  };
}

/** @type {import("./index.mjs").Subject} */
export const guard = {
  name: "guard",
  title: `${samples} samples by HyperMidpoint in one step, with bounds of their errors and without`,
  unit: "ms/solve",
  needs: [],
  run: async (context) => {
    const cases = [];
    for (const folder of someOf(flowFolders(), context.plan)) cases.push(await oneFlow(context, folder));
    return cases.filter((one) => one !== undefined);
  },
};
