import { compileFlowDensity, compileFlowSampler, type Flow, type FlowData } from "../../models/index.js";
import { density, type Figure, heatMap } from "../../plot/index.js";
import { formatNumber } from "../../plot/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import { isHypersolversError, Random, type Tensor, toFloat64 } from "../../tensor/index.js";
import { densityOverGrid, type GridDensity, gridAround } from "./density-grid.js";
import { curveFigures } from "./flow-curves.js";
import type { FlowMetrics } from "./flow-metrics.js";

/** What the figures of a training are drawn from. */
export interface FlowFigureData {
  readonly flow: Flow;
  readonly data: FlowData;
  readonly metrics: Pick<FlowMetrics, "curve" | "entropy">;
  readonly seed: number;
}

/** Every figure of a training: data, samples and density in the plane; likelihood, evaluations and loss. */
export async function flowFigures(data: FlowFigureData, compile: CompileOptions = {}): Promise<Figure[]> {
  const isPlanar = data.data.dimension === 2;
  return [
    ...(isPlanar ? await samplesFigure(data, compile) : []),
    ...(isPlanar ? await densityFigure(data, compile) : []),
    ...curveFigures(data.metrics),
  ];
}

const PICTURE_POINTS = 20_000;

/** Far from the data a field may be stiff: a picture needs no digits there, and is not worth minutes. */
export const PICTURE_METHOD = "dopri5@1e-3,maxSteps=400";

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

/** The density of the flow around the data. No figure when it cannot be solved. */
async function densityFigure({ flow, data }: FlowFigureData, compile: CompileOptions): Promise<Figure[]> {
  const density = await compileFlowDensity(flow, { ...compile, method: PICTURE_METHOD });
  try {
    const found = await densityOverGrid(density, gridAround(data.heldOut(PICTURE_POINTS)));
    return [gridFigure(found, { title: "Density of the flow", label: "p(x)" })];
  } catch (error) {
    if (!isHypersolversError(error)) throw error;
    return [];
  } finally {
    await density.dispose();
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
      name: "samples",
      title: "Data and samples",
      bins: cellsFor(count),
      panelSize: 320,
      caption: `${formatNumber(count)} held-out points beside as many samples of the flow, by dopri5 at tolerance 1e-5; same cells, same colors.`,
    },
  );
}

/** Cells along a side that leave some points for a cell that holds any. */
export const cellsFor = (count: number): number =>
  Math.round(Math.min(120, Math.max(16, Math.sqrt(count) / 1.5)));

/** A density over a grid as a picture. */
export function gridFigure(
  { grid, values, integral }: GridDensity,
  {
    name = "density",
    title,
    label,
  }: { readonly name?: string; readonly title: string; readonly label: string },
): Figure {
  const { x, y, columns, rows } = grid;
  return heatMap([{ label, x, y, columns, rows, values }], {
    name,
    title,
    valueLabel: "density",
    scheme: "inferno",
    panelSize: 480,
    domain: [0, values.reduce((largest, value) => Math.max(largest, value), 0)],
    caption: `${title} in the middle of ${columns} × ${rows} cells; it integrates to ${integral.toFixed(4)} over the region.`,
  });
}
