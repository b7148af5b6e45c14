// @ts-check
/** Draws the pictures of docs/images that show the shipped flows. Usage, after a build: node scripts/draw-flows.mjs */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { densityNamed } from "../dist/data/index.js";
import { decodeCorrection, hyper } from "../dist/hypersolver/index.js";
import { compileFlowSampler, decodeFlow } from "../dist/models/index.js";
import { densityGrid, renderSvg } from "../dist/plot/index.js";
import { renderPng } from "../dist/plot/png/index.js";
import { Random, toFloat64 } from "../dist/tensor/index.js";

const flows = new URL("../pretrained/flows/", import.meta.url);
const images = new URL("../docs/images/", import.meta.url);
const points = 30_000;

/** The paper's figure 6, one row: data, and the same base draws by three solvers. @param {string} name */
async function row(name) {
  const read = (/** @type {string} */ file) => readFileSync(new URL(`${name}/${file}`, flows));
  const flow = decodeFlow(read("flow.onnx"), name);
  const corrected = (/** @type {string} */ file) => ({
    method: hyper(decodeCorrection(read(file), name), { steps: 1 }),
  });
  const random = new Random(0);
  const z = flow.base.sample(points, 2, random.fork("base"));
  const clouds = [
    { label: "data", points: toFloat64(densityNamed(name).sample(points, random.fork("data"))) },
  ];
  const methods = {
    dopri5: {},
    HyperMidpoint: corrected("correction.onnx"),
    HyperHeun: corrected("correction-heun.onnx"),
    HyperEuler: corrected("correction-euler.onnx"),
    midpoint: { method: "midpoint:1" },
    Heun: { method: "heun:1" },
  };
  for (const [label, options] of Object.entries(methods)) {
    const sampler = await compileFlowSampler(flow, options);
    const { x, statistics } = await sampler.push(z);
    await sampler.dispose();
    clouds.push(Object.assign({ label, points: toFloat64(x) }, { note: `${statistics.nfe} NFE` }));
  }
  return { label: name, clouds };
}

const rows = [];
for (const name of readdirSync(flows)) rows.push(await row(name));
const svg = await renderSvg(densityGrid(rows, { name: "flows", title: "Samples of four flows" }));
writeFileSync(new URL("flows.png", images), renderPng(svg));
console.log("docs/images/flows.png");
