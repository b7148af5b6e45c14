import {
  compileFlowDensity,
  compileFlowSampler,
  type Flow,
  type FlowDensityOptions,
  type FlowSamplerOptions,
} from "../../models/index.js";
import {
  type DensityRow,
  densityGrid,
  type Figure,
  type GridCloud,
  heatMap,
  type ScalarGrid,
  speedUpBars,
} from "../../plot/index.js";
import { formatNumber } from "../../plot/internal.js";
import type { CompileOptions } from "../../runtime/index.js";
import {
  isBroken,
  isHypersolversError,
  Random,
  type Tensor,
  toFloat64,
  unlessItBreaks,
} from "../../tensor/index.js";
import { paretoFigure } from "../fit/fit-figures.js";
import type { KeptFit } from "../fit/kept-fits.js";
import { densityOverGrid, gridAround, type PlaneGrid } from "../flow/density-grid.js";
import { curveFigures } from "../flow/flow-curves.js";
import { PICTURE_SOLVE } from "../flow/flow-figures.js";
import { allMethods } from "./all-methods.js";
import { fieldFigure } from "./field-figure.js";
import type { CnfRun } from "./run-cnf.js";
import { samplerOptions } from "./sampling-methods.js";

/** Every figure of a run that can be solved for, most telling first. */
export async function cnfFigures(run: CnfRun, compile: CompileOptions): Promise<Figure[]> {
  const { metrics, flow, fits } = run;
  const density = fits?.density;
  const methods = allMethods(metrics.sampling ?? {});
  return [
    densityGrid([await samplesRow(run, compile)], {
      ...{ name: "samples", title: "Samples", panelSize: 240 },
    }),
    ...(density === undefined ? [] : await unlessItFails(() => densityFigure(run, density, compile))),
    await fieldFigure(flow, metrics.seed, compile),
    ...speedFigures(metrics.speed ?? []),
    ...(methods.length === 0 ? [] : [paretoFigure(methods)]),
    ...curveFigures(metrics.flow),
  ];
}

/** A picture that cannot be solved for is left out. */
async function unlessItFails(draw: () => Promise<Figure>): Promise<Figure[]> {
  try {
    return [await draw()];
  } catch (error) {
    if (!isHypersolversError(error)) throw error;
    return [];
  }
}

const PICTURE_POINTS = 20_000;

/** One row of the paper's figure 6: data, and samples by each method from the same draws, unless it breaks on one. */
export async function samplesRow(
  { data, flow, fits, metrics }: Pick<CnfRun, "data" | "flow" | "fits" | "metrics">,
  compile: CompileOptions,
): Promise<DensityRow> {
  const z = flow.base.sample(PICTURE_POINTS, data.dimension, new Random(metrics.seed).fork("picture"));
  const methods = fits === undefined ? { dopri5: {} } : samplerOptions(fits.sampling);
  const clouds: GridCloud[] = [{ label: "data", points: toFloat64(data.heldOut(PICTURE_POINTS)) }];
  for (const [method, options] of Object.entries(methods)) {
    const drawn = await unlessItBreaks(pushed(flow, z, { ...compile, ...options }));
    if (isBroken(drawn)) continue;
    clouds.push({ label: method, points: toFloat64(drawn.x), note: `${drawn.nfe} NFE` });
  }
  return { label: metrics.density, clouds };
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

/** The flow's density by dopri5, and by one corrected step of (z, log p) in the cells that hold data. */
async function densityFigure(
  { data, flow }: CnfRun,
  { correction }: KeptFit,
  compile: CompileOptions,
): Promise<Figure> {
  const points = data.heldOut(PICTURE_POINTS);
  const grid = gridAround(points);
  const panel = async (method: string, options: FlowDensityOptions): Promise<ScalarGrid> => {
    const solver = await compileFlowDensity(flow, { ...compile, ...options });
    try {
      const { values, nfe } = await densityOverGrid(solver, grid);
      const { x, y, columns, rows } = grid;
      return { label: `${method}, ${nfe} NFE`, x, y, columns, rows, values };
    } finally {
      await solver.dispose();
    }
  };
  const exact = await panel("dopri5 at 1e-3", PICTURE_SOLVE);
  const corrected = await panel("HyperMidpoint of (z, log p)", { correction, steps: 1 });
  const held = cellsWith(points, grid);
  const known = Float64Array.from(corrected.values, (value, i) => (held.has(i) ? value : Number.NaN));
  const brightest = Float64Array.from(exact.values).reduce((most, value) => Math.max(most, value), 0);
  return heatMap([exact, { ...corrected, values: known }], {
    ...{ name: "density", title: "Density of the flow", valueLabel: "density", scheme: "inferno" },
    ...{ domain: [0, brightest], panelSize: 330 },
    caption:
      "p(x) in the middle of each cell, solved from data to base; one colour scale. The correction learned on data: cells without any are grey, there it knows nothing.",
  });
}

/** Indices of the cells in which a point lies. */
function cellsWith(points: Tensor, { x, y, columns, rows, size }: PlaneGrid): ReadonlySet<number> {
  const values = toFloat64(points);
  const cells = new Set<number>();
  for (let i = 0; i + 1 < values.length; i += 2) {
    const column = Math.floor(((values[i] ?? 0) - x[0]) / size);
    const row = Math.floor(((values[i + 1] ?? 0) - y[0]) / size);
    if (column >= 0 && column < columns && row >= 0 && row < rows) cells.add(row * columns + column);
  }
  return cells;
}

const roleOf = (method: string): "reference" | "hypersolver" | "base" =>
  method === "dopri5" ? "reference" : method.startsWith("Hyper") ? "hypersolver" : "base";

/** The paper's figure 1: what a sample takes by each method, none where all broke. */
function speedFigures(rows: NonNullable<CnfRun["metrics"]["speed"]>): Figure[] {
  const speed = rows.flatMap((row) => (isBroken(row) ? [] : [row]));
  const [first] = speed;
  if (first === undefined) return [];
  const items = speed.map(({ method, nfe, milliseconds, peakBytes }) => ({
    ...{ label: `${method}, ${nfe} NFE`, role: roleOf(method), milliseconds },
    ...(peakBytes !== undefined && { bytes: peakBytes }),
  }));
  const title = `Drawing ${formatNumber(first.count)} points`;
  return [speedUpBars(items, { name: "speed", title, memoryLabel: "peak memory of a process of its own" })];
}
