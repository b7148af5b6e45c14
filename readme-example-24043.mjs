import { readFile } from "node:fs/promises";
import { compileSolve, fieldOfModel, fitCorrection, heun, hyperRule, importOnnx, normalStates, Random } from "hypersolvers";

const field = fieldOfModel(importOnnx(await readFile("pretrained/ffjord_gaussians_field.onnx"), "flow"));
const states = normalStates([2]);
const { correction } = await fitCorrection(field, { base: heun, steps: 1, span: [0, 1], states, iterations: 500 });

const sampler = await compileSolve(field, { span: [0, 1], steps: 1, rule: hyperRule(field, correction) });
const { z0 } = states.heldOut(1000, new Random(0));
const { states: [, z1], statistics } = await sampler.run(z0);
console.log(z1.shape, statistics.nfe, statistics.gCalls);
