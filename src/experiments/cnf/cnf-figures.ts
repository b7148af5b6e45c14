import { compileFlowSampler, type Flow, type FlowSamplerOptions } from "../../models/index.js";
import { density, type Figure, type PointCloud } from "../../plot/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import { Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { paretoFigure } from "../fit-figures.js";
import { type CnfRun, samplerOptions } from "./run-cnf.js";

const PICTURE_POINTS = 20_000;

/** Every figure of a run, most telling first. */
export async function cnfFigures(run: CnfRun, compile: CompileOptions): Promise<Figure[]> {
  const { metrics } = run;
  return [
    await samplesFigure(run, compile),
    ...(metrics.sampling === undefined ? [] : [paretoFigure(metrics.sampling.comparison)]),
  ];
}

/** One row of the paper's figure 6: data, and samples by each method from the same draws. */
export async function sampleClouds(
  { data, flow, fits, metrics }: CnfRun,
  compile: CompileOptions,
): Promise<PointCloud[]> {
  const z = flow.base.sample(PICTURE_POINTS, data.dimension, new Random(metrics.seed).fork("picture"));
  const methods = fits === undefined ? { dopri5: {} } : samplerOptions(fits);
  const clouds: PointCloud[] = [{ label: "data", points: toFloat64(data.heldOut(PICTURE_POINTS)) }];
  for (const [method, options] of Object.entries(methods)) {
    const { x, nfe } = await pushed(flow, z, { ...compile, ...options });
    clouds.push({ label: `${method}, ${nfe} NFE`, points: toFloat64(x) });
  }
  return clouds;
}

async function samplesFigure(run: CnfRun, compile: CompileOptions): Promise<Figure> {
  return density(await sampleClouds(run, compile), {
    ...{ name: "samples", title: `Samples of the flow over ${run.metrics.density}`, colourScale: "log" },
  });
}

async function pushed(
  flow: Flow,
  z: Tensor,
  options: FlowSamplerOptions,
): Promise<{ readonly x: Tensor; readonly nfe: number }> {
  const sampler = await compileFlowSampler(flow, options);
  try {
    const { x, statistics } = await sampler.push(z);
    return { x, nfe: statistics.nfe };
  } finally {
    await sampler.dispose();
  }
}
