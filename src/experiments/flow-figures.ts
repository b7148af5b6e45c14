import { compileFlowSampler, type Flow, type FlowData } from "../models/index.js";
import { density, type Figure, formatNumber, renderPng, renderSvg } from "../plot/index.js";
import type { CompileOptions } from "../runtime/index.js";
import { isHypersolversError, Random, type Tensor, toFloat64 } from "../tensor/index.js";
import type { GridDensity } from "./density-grid.js";
import type { FlowMetrics } from "./run-flow.js";

/** A figure and its drawings. */
export interface DrawnFigure {
  readonly figure: Figure;
  readonly svg: string;
  readonly png: Uint8Array;
}

/** What the figures of a training are drawn from. */
export interface FlowFigureData {
  readonly flow: Flow;
  readonly data: FlowData;
  readonly metrics: Pick<FlowMetrics, "curve" | "entropy">;
  readonly seed: number;
}

/** Draws every figure of a training: data beside samples in the plane, and the curve. */
export async function drawnFlow(data: FlowFigureData, compile: CompileOptions = {}): Promise<DrawnFigure[]> {
  const figures = [...(data.data.dimension === 2 ? await samplesFigure(data, compile) : [])];
  const drawn: DrawnFigure[] = [];
  for (const figure of figures) {
    const svg = await renderSvg(figure);
    drawn.push({ figure, svg, png: renderPng(svg) });
  }
  return drawn;
}

const PICTURE_POINTS = 20_000;

/** Data beside as many samples. No figure when sampling fails. */
async function samplesFigure(
  { flow, data, seed }: FlowFigureData,
  compile: CompileOptions,
): Promise<Figure[]> {
  const real = data.heldOut(PICTURE_POINTS);
  const [count = 0] = real.shape;
  const sampler = await compileFlowSampler(flow, compile);
  try {
    const { x, statistics } = await sampler.sample(count, new Random(seed).fork("picture"));
    return [besideFigure(real, x, statistics.nfe)];
  } catch (error) {
    if (!isHypersolversError(error)) throw error;
    return [];
  } finally {
    await sampler.dispose();
  }
}

function besideFigure(real: Tensor, samples: Tensor, nfe: number): Figure {
  const [count = 0] = real.shape;
  return density(
    [
      { label: "data", points: toFloat64(real) },
      { label: `samples, ${nfe} NFE`, points: toFloat64(samples) },
    ],
    {
      ...{ name: "samples", title: "Data and samples", bins: cellsFor(count), panelSize: 320 },
      caption: `${formatNumber(count)} held-out points beside as many samples of the flow, by dopri5 at tolerance 1e-5; same cells, same colours.`,
    },
  );
}

/** Cells along a side that leave some points for a cell that holds any. */
export const cellsFor = (count: number): number =>
  Math.round(Math.min(120, Math.max(16, Math.sqrt(count) / 1.5)));

/** A density over a grid as a picture. */
export function gridFigure({ grid, values }: GridDensity, { title }: { readonly title: string }): Figure {
  throw new Error(`todo ${title} ${grid.columns} ${values.length}`);
}
