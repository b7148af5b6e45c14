// @ts-check
/** What is computed in a browser and under Node, to compare: a field solved, a correction fitted, a picture. */
import { ffjordField } from "../../dist/experiments/index.js";
import {
  compile,
  compileSolve,
  fitCorrection,
  heun,
  hyperRule,
  normalStates,
  Random,
  trace,
} from "../../dist/index.js";
import { fieldAs } from "../../dist/ode/index.js";
import { renderSvg, trainingCurve } from "../../dist/plot/index.js";

/** @typedef {import("../../dist/index.js").Field} Field */

const span = /** @type {const} */ ([0, 1]);
const tolerances = { method: "dopri5", rtol: 1e-4, atol: 1e-4 };

/** @param {Field} field @param {Parameters<typeof compileSolve>[1]} options */
async function solved(field, options) {
  const solver = await compileSolve(field, options);
  const { states, statistics } = await solver.run(normalStates([2]).heldOut(200, new Random(5)).z0);
  await solver.dispose();
  const last = states.at(-1);
  if (last === undefined) throw new Error("no state");
  return { dtype: last.dtype, values: Array.from(last.data, Number), nfe: statistics.nfe };
}

/** @param {{ device: string; threads: number }} machine of all programs */
export async function job({ device, threads }) {
  const field = await ffjordField();
  const runtime = { device: /** @type {"cpu"} */ (device), threads };
  const states = normalStates([2]);
  const fit = await fitCorrection(field, {
    ...{ base: heun, steps: 1, span, states, seed: 3, compile: runtime },
    ...{ iterations: 60, trajectories: 512, batch: 64 },
  });
  const losses = fit.losses.map(({ loss }) => loss);
  return {
    fixed: await solved(field, { span, method: "rk4", steps: 8, ...runtime }),
    adaptive: await solved(field, { span, ...tolerances, ...runtime }),
    double: await solved(fieldAs(field, "float64"), { span, ...tolerances, ...runtime }),
    corrected: await solved(field, { span, steps: 1, rule: hyperRule(field, fit.correction), ...runtime }),
    error: fit.bestError,
    losses,
    picture: await renderSvg(
      trainingCurve([{ label: "fit", losses: [3, 2, 1.5, 1.2] }], { name: "fit", title: "Fit" }),
    ),
  };
}

/** What is said of WebGPU where there is no GPU. */
export const refusal = () =>
  compile(
    trace({ x: { shape: [1] } }, ({ x }) => ({ y: x })),
    { device: "webgpu" },
  ).then(
    () => "none",
    (error) => ({ code: error.code, expected: error.facts.expected }),
  );
