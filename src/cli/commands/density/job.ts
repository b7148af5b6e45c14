import { densityOverGrid, gridAround, gridFigure, squareGrid } from "../../../experiments/index.js";
import type { LogDensities } from "../../../models/internal.js";
import { tensor } from "../../../tensor/index.js";
import type { JobContext } from "../../command.js";
import { requireWritableFile } from "../../files/files.js";
import { type LoadedFlow, readFlow, requireColumns } from "../../files/flows.js";
import { stemOf } from "../../files/models.js";
import { requirePlane, writePicture } from "../../files/picture.js";
import { LOG_DENSITY, type Points, readPoints, withoutLogDensity } from "../../files/points.js";
import type { TableContent } from "../../files/table-file.js";
import { tablePlace } from "../../files/table-place.js";
import { flowSolver, warnOfFlowTolerances } from "../../options/flow-solver.js";
import { type ChosenMethod, missing, requireOwnSpan } from "../../options/method.js";
import { parseGrid } from "../../options/parse.js";
import { plainJob, type SpecJob } from "../../options/spec-command.js";
import { unusable } from "../../options/usage-error.js";
import { onInterrupt } from "../../terminal/interruption.js";
import type { Output } from "../../terminal/output.js";
import { isOfSampler, ofSampler, unreachedText } from "./of-sampler.js";
import { type DensityOptions, densityTable } from "./table.js";
import { type DensityFound, densityJson, densityText } from "./text.js";
import { throughFlow } from "./through-flow.js";
import type { DensityWay, WayDensity } from "./way.js";

/** `hypersolvers density`. */
export const densityJob: SpecJob<typeof densityTable> = plainJob(densityTable, async (options, context) => {
  const { flow: path } = options;
  refuseContradictions(options);
  const { output, progress, asJson } = context;
  const solver = await flowSolver(options);
  refuseToleranceOnState(options, solver);
  const flow = await readFlow(path, options);
  const [base, data] = flow.span;
  const isSampler = isOfSampler(options, solver);
  requireOwnSpan(solver, isSampler ? [base, data] : [data, base]);
  const way = (isSampler ? ofSampler : throughFlow)(flow, solver, options, output);
  const { trace } = way;
  for (const name of ["picture", "grid"] as const)
    if (options[name] !== undefined) requirePlane(flow.columns.length, `--${name}`);
  const shape = { key: "x", rank: 2, beside: [LOG_DENSITY] };
  const table = await tablePlace(options, shape, { output, asJson });
  if (options.picture !== undefined) await requireWritableFile(options.picture);
  const points = await pointsOf(flow, options, output);
  const warnings = [
    ...(points === undefined ? [] : requireColumns(flow, points, output)),
    ...warnOfFlowTolerances(solver, flow, output),
    ...way.warnings(points),
  ];
  const found = await solved(way, points, options, context);
  progress.stop();
  const lost = unreachedText(found);
  if (lost !== undefined) {
    output.warn(lost);
    warnings.push(lost);
  }
  if (points !== undefined && found.points !== undefined) await table?.write(contentOf(points, found.points));
  if (options.picture !== undefined && found.grid !== undefined)
    await writePicture(options.picture, gridFigure(found.grid, { title: "Density", label: stemOf(path) }));
  return {
    text: densityText(found, { solver, trace, options }),
    json: densityJson(found, { path, solver, trace, warnings, options }),
  };
});

function refuseContradictions(options: DensityOptions): void {
  const { data, grid, picture, out } = options;
  if (data === undefined && grid === undefined)
    throw missing(
      picture === undefined ? "--data" : "--data, --grid",
      picture === undefined
        ? "points, or --grid for the density over a region"
        : "points, or a region to draw",
    );
  if (out !== undefined && data === undefined) throw missing("--data", "the points that --out is about");
}

function refuseToleranceOnState({ toleranceOnState }: DensityOptions, { method }: ChosenMethod): void {
  if (toleranceOnState === true && method.kind === "fixed")
    throw unusable("--tolerance-on-state", "tolerances: equal steps have no step control", "equal steps");
}

/** The points, without log-densities that an earlier run wrote behind them. */
async function pointsOf(
  { columns }: LoadedFlow,
  { data }: DensityOptions,
  output: Output,
): Promise<Points | undefined> {
  if (data === undefined) return undefined;
  const points = await readPoints(data);
  if (columns.includes(LOG_DENSITY)) return points;
  const bare = withoutLogDensity(points);
  if (bare !== points) output.note(`${points.description}: the column ${LOG_DENSITY} is ignored`);
  return bare;
}

async function solved(
  way: DensityWay,
  points: Points | undefined,
  options: DensityOptions,
  { output, progress }: JobContext,
): Promise<DensityFound> {
  const { signal, release } = onInterrupt(output, "Stopping; nothing is written.");
  let density: WayDensity | undefined;
  try {
    density = await way.compile(signal);
    const found = points === undefined ? undefined : await density.run(points.value);
    const grid = gridOf(points, options);
    const update = (done: number, total: number): void =>
      progress.update({ name: "density over the grid", done, total });
    return {
      points: found,
      grid: grid === undefined ? undefined : await densityOverGrid(density, grid, update),
    };
  } finally {
    release();
    await density?.dispose();
  }
}

const contentOf = ({ value, columns }: Points, { values }: LogDensities): TableContent => ({
  rows: ["x", value],
  columns,
  beside: { [LOG_DENSITY]: tensor("float64", [values.length], values) },
});

function gridOf(
  points: Points | undefined,
  { grid, picture }: DensityOptions,
): ReturnType<typeof squareGrid> | undefined {
  if (grid !== undefined) {
    const { low, high, cells } = parseGrid(grid);
    return squareGrid(low, high, cells);
  }
  return picture === undefined || points === undefined ? undefined : gridAround(points.value);
}
