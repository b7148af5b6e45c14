import { writeFile } from "node:fs/promises";
import {
  compileFlowDensity,
  compileFlowSampler,
  densities,
  densityData,
  Random,
  slicedWasserstein,
  trainFlow,
} from "hypersolvers";
import { encodeCsv } from "hypersolvers/data";

// Flow matching on the pinwheel: minutes make a good flow, seconds one that shows its arms.
const data = densityData(densities.pinwheel, 0);
const phases = [{ objective: "flow-matching", iterations: 3000, learningRate: 0.003, batch: 256 }];
const { flow } = await trainFlow(data, { phases, network: { hidden: [64, 64] }, validations: 4 });

const sampler = await compileFlowSampler(flow, { method: "midpoint:4" });
const { x, statistics } = await sampler.sample(2000, new Random(1));
const fresh = data.heldOut(2000);
console.log(`${x.shape[0]} samples with ${statistics.nfe} evaluations`);
console.log("distance to fresh data", slicedWasserstein(x, fresh, { random: new Random(2) }).toPrecision(3));

const density = await compileFlowDensity(flow, {});
const { values } = await density.run(data.heldOut(200));
const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
console.log("held-out negative log-likelihood", (-mean).toFixed(2), "nats");

await writeFile("samples.csv", encodeCsv(x));
console.log("Wrote samples.csv");
