import { readFile, writeFile } from "node:fs/promises";
import {
  compareMethods,
  competitorsOf,
  encodeSolver,
  fieldOfModel,
  fitCorrection,
  hyper,
  importOnnx,
  normalStates,
  parseMethod,
  Random,
} from "hypersolvers";
import { pretrainedPath } from "hypersolvers/pretrained";

// node main.mjs FIELD.onnx, or the paper's flow: of the plane, from normal initial states.
const [file = pretrainedPath("ffjord")] = process.argv.slice(2);
const field = fieldOfModel(importOnnx(await readFile(file), file));
const states = normalStates([2]);

// A small g for one step of Heun. More iterations, a smaller error: 16,000 are the default.
const spec = { base: "heun", steps: 1, span: [0, 1], iterations: 800, trajectories: 4096 };
const { correction, losses } = await fitCorrection(field, spec, { states });
console.log(`loss ${losses[0].loss.toFixed(3)} -> ${losses.at(-1).loss.toFixed(3)}`);

const samples = states.heldOut(500, new Random(1));
const learned = hyper(correction, { steps: 1 });
const methods = competitorsOf([
  learned,
  ...["heun:1", "euler:2", "rk4:2", "dopri5@1e-3"].map((name) => parseMethod(name)),
]);
for (const row of await compareMethods({ field, methods, span: spec.span, samples, repetitions: 1 }))
  if ("error" in row)
    console.log(row.spelling.padEnd(14), `${row.nfe} evaluations, error ${row.error.toPrecision(3)}`);

await writeFile("solver.onnx", await encodeSolver(field, learned, spec.span, samples));
console.log("Wrote solver.onnx");
