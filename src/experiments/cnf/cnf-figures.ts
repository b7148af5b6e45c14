import { hyper } from "../../hypersolver/index.js";
import { compileFlowDensity, compileFlowSampler, type Flow, type FlowData } from "../../models/index.js";
import type { FlowSamplerOptions } from "../../models/internal.js";
import type { Method } from "../../ode/index.js";
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
import { machineOf } from "../../runtime/internal.js";
import { isBroken, Random, type Tensor, toFloat64, unlessItBreaks } from "../../tensor/index.js";
import type { KeptFit } from "../fit/fit-stage.js";
import { paretoFigure } from "../fit/pareto-figure.js";
import { densityOverGrid, gridAround, type PlaneGrid } from "../flow/density-grid.js";
import { curveFigures } from "../flow/flow-curves.js";
import { PICTURE_METHOD } from "../flow/flow-figures.js";
import { labelsOf } from "../kit/competitor.js";
import type { Drawing, Run } from "../kit/run.js";
import { type CnfFits, fitOfDensity, samplingFits } from "./cnf-fits.js";
import type { CnfMetrics } from "./cnf-metrics.js";
import { allMethods } from "./cnf-report.js";
import { fieldFigure } from "./field-figure.js";
import { samplingCompetitors } from "./sampling-methods.js";

/** What the figures of a run are drawn from: the run and its fits go on after this is made. */
export interface CnfPictures {
  readonly data: FlowData;
  readonly flow: Flow;
  readonly fits: CnfFits;
  readonly run: Pick<Run<CnfMetrics>, "found" | "context">;
  readonly seed: number;
}

/** Every figure of a run, most telling first. */
export function cnfDrawings(pictures: CnfPictures): Drawing[] {
  const { flow, fits, run, seed } = pictures;
  const machine = machineOf(run.context);
  return [
    async () => [
      densityGrid([await samplesRow(pictures)], { name: "samples", title: "Samples", panelSize: 240 }),
    ],
    async () => {
      const density = fitOfDensity(fits);
      return density === undefined ? [] : [await densityFigure(pictures, density)];
    },
    async () => [await fieldFigure(flow, seed, machine)],
    () => speedFigures(run.found.speed ?? []),
    () => {
      const methods = allMethods(run.found.sampling);
      return methods.length === 0 ? [] : [paretoFigure(methods)];
    },
    () => (run.found.flow === undefined ? [] : curveFigures(run.found.flow)),
  ];
}

const PICTURE_POINTS = 20_000;

/** One row of the paper's figure 6: data, and samples by each method from the same draws, unless it breaks on one. */
export async function samplesRow({ data, flow, fits, run, seed }: CnfPictures): Promise<DensityRow> {
  const z = flow.base.sample(PICTURE_POINTS, data.dimension, new Random(seed).fork("picture"));
  const all = samplingFits(fits);
  const every = samplingCompetitors(all);
  const methods = Object.keys(all).length === 0 ? every.slice(0, 1) : every;
  const clouds: GridCloud[] = [{ label: "data", points: toFloat64(data.heldOut(PICTURE_POINTS)) }];
  for (const competitor of methods) {
    const { method } = competitor;
    const drawn = await unlessItBreaks(pushed(flow, z, { ...machineOf(run.context), method }));
    if (isBroken(drawn)) continue;
    clouds.push({ label: labelsOf(competitor).method, points: toFloat64(drawn.x), note: `${drawn.nfe} NFE` });
  }
  return { label: run.found.density ?? "", clouds };
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
async function densityFigure({ data, flow, run }: CnfPictures, { correction }: KeptFit): Promise<Figure> {
  const points = data.heldOut(PICTURE_POINTS);
  const grid = gridAround(points);
  const panel = async (title: string, method: Method | string): Promise<ScalarGrid> => {
    const solver = await compileFlowDensity(flow, { ...machineOf(run.context), method });
    try {
      const { values, nfe } = await densityOverGrid(solver, grid);
      const { x, y, columns, rows } = grid;
      return { label: `${title}, ${nfe} NFE`, x, y, columns, rows, values };
    } finally {
      await solver.dispose();
    }
  };
  const exact = await panel("dopri5 at 1e-3", PICTURE_METHOD);
  const corrected = await panel("HyperMidpoint of (z, log p)", hyper(correction, { steps: 1 }));
  const held = cellsWith(points, grid);
  const known = Float64Array.from(corrected.values, (value, i) => (held.has(i) ? value : Number.NaN));
  const brightest = Float64Array.from(exact.values).reduce((most, value) => Math.max(most, value), 0);
  return heatMap([exact, { ...corrected, values: known }], {
    name: "density",
    title: "Density of the flow",
    valueLabel: "density",
    scheme: "inferno",
    domain: [0, brightest],
    panelSize: 330,
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
function speedFigures(rows: CnfMetrics["speed"]): Figure[] {
  const speed = rows.flatMap((row) => (isBroken(row) ? [] : [row]));
  const [first] = speed;
  if (first === undefined) return [];
  const items = speed.map(({ method, nfe, milliseconds, peakBytes }) => ({
    label: `${method}, ${nfe} NFE`,
    role: roleOf(method),
    milliseconds,
    bytes: peakBytes,
  }));
  const title = `Drawing ${formatNumber(first.count)} points`;
  return [speedUpBars(items, { name: "speed", title, memoryLabel: "peak memory of a process of its own" })];
}
