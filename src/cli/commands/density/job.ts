import { standardized } from "../../../data/index.js";
import { densityOverGrid, gridAround, gridFigure, squareGrid } from "../../../experiments/index.js";
import { coefficientWarnings } from "../../../hypersolver/index.js";
import {
  type CompiledDensity,
  type CompiledSamplerDensity,
  compileFlowDensity,
  compileSamplerDensity,
} from "../../../models/index.js";
import { densityEstimator, type LogDensities } from "../../../models/internal.js";
import { DEFAULT_NOISE } from "../../../models/specs.js";
import { type Field, logDensityField } from "../../../ode/index.js";
import { isReversible, stateType, type TraceEstimator, withZeroColumns } from "../../../ode/internal.js";
import { formatNumber } from "../../../plot/internal.js";
import { tensor } from "../../../tensor/index.js";
import type { JobContext } from "../../command.js";
import { requireWritableFile } from "../../files/files.js";
import { type LoadedFlow, readFlow, requireColumns } from "../../files/flows.js";
import { compileOptions, stemOf, warnOfCard, warnOfCoefficients, warnOfStates } from "../../files/models.js";
import { requirePlane, writePicture } from "../../files/picture.js";
import { LOG_DENSITY, type Points, readPoints, withoutLogDensity } from "../../files/points.js";
import type { TableContent } from "../../files/table-file.js";
import { tablePlace } from "../../files/table-place.js";
import { flowSolver, warnOfFlowTolerances } from "../../options/flow-solver.js";
import { forOption } from "../../options/for-option.js";
import { type ChosenMethod, missing, requireOwnSpan, usesOf } from "../../options/method.js";
import type { Machine } from "../../options/options.js";
import { parseGrid } from "../../options/parse.js";
import { plainJob, type SpecJob } from "../../options/spec-command.js";
import type { TraceOptions } from "../../options/tables.js";
import { unusable } from "../../options/usage-error.js";
import { onInterrupt } from "../../terminal/interruption.js";
import type { Output } from "../../terminal/output.js";
import { type DensityOptions, densityTable } from "./table.js";
import { type DensityFound, type DensityTrace, densityJson, densityText } from "./text.js";

/** `hypersolvers density`. */
export const densityJob: SpecJob<typeof densityTable> = plainJob(densityTable, async (options, context) => {
  const { flow: path } = options;
  refuseContradictions(options);
  const { output, progress, asJson } = context;
  const solver = await flowSolver(options);
  refuseToleranceOnState(options, solver);
  const flow = await readFlow(path, options);
  const [base, data] = flow.span;
  const ofSampler = isOfSampler(options, solver);
  requireOwnSpan(solver, ofSampler ? [base, data] : [data, base]);
  const trace = ofSampler ? exactTrace(options) : traceOf(flow, options, solver);
  for (const name of ["picture", "grid"] as const)
    if (options[name] !== undefined) requirePlane(flow.columns.length, `--${name}`);
  const shape = { key: "x", rank: 2, beside: [LOG_DENSITY] };
  const table = await tablePlace(options, shape, { output, asJson });
  if (options.picture !== undefined) await requireWritableFile(options.picture);
  const points = await pointsOf(flow, options, output);
  const warnings = [
    ...(points === undefined ? [] : requireColumns(flow, points, output)),
    ...warnOfFlowTolerances(solver, flow, output),
    ...(ofSampler ? samplerWarningsOf(flow, solver, output) : cardWarningsOf(flow, solver, points, context)),
  ];
  const solving = ofSampler ? solvedBySampler : solved;
  const found = await solving(flow, points, { solver, trace }, options, context);
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

/** Reversible methods run from base to data, and their inverses back: of the former the way back is always this one. */
function isOfSampler({ sampler }: DensityOptions, { method }: ChosenMethod): boolean {
  if (!sampler) return isReversible(method) && !method.isInverse;
  if (method.kind === "fixed") return true;
  throw unusable(
    "--sampler",
    "a method in fixed steps: what step control makes of draws is no smooth map",
    method.text,
    "say the sampler's --method, such as heun:4, or drop --sampler",
  );
}

/** The determinant of a sampler is exact. */
function exactTrace(options: DensityOptions): DensityTrace {
  const { estimator } = options;
  refuseSpareNoise(options, "exact");
  if (estimator !== "hutchinson") return { estimator: "exact" };
  throw unusable("--estimator", "none: a sampler's determinant is exact", estimator);
}

function samplerWarningsOf(
  { field, span }: LoadedFlow,
  { method, correction, coefficients }: ChosenMethod,
  output: Output,
): string[] {
  if (correction === undefined) return warnOfCoefficients(coefficients, field, output);
  return warnOfCard(correction, field, usesOf(method, { span }), output);
}

async function solvedBySampler(
  flow: LoadedFlow,
  points: Points | undefined,
  { solver }: { readonly solver: ChosenMethod },
  options: DensityOptions & Machine,
  { output, progress }: JobContext,
): Promise<DensityFound> {
  const { signal, release } = onInterrupt(output, "Stopping; nothing is written.");
  let density: CompiledSamplerDensity | undefined;
  try {
    density = await compileSamplerDensity(flow, {
      ...compileOptions(options),
      method: solver.method,
      signal,
    });
    const found = points === undefined ? undefined : await density.run(points.value);
    const grid = gridOf(points, options);
    const update = (done: number, total: number): void =>
      progress.update({ name: "density over the grid", done, total });
    return {
      points: found,
      unreached: found,
      grid: grid === undefined ? undefined : await densityOverGrid(density, grid, update),
    };
  } finally {
    release();
    await density?.dispose();
  }
}

/** Points that no draw leads to have no density of their own. */
function unreachedText({ unreached }: DensityFound): string | undefined {
  if (unreached === undefined || unreached.unreached === 0) return undefined;
  const { unreached: count, farthest } = unreached;
  const which = count === 1 ? "1 point is" : `${count} points are`;
  return (
    `${which} where no draw of the base was found to lead: told are the log-densities of the nearest places found, ` +
    `up to ${formatNumber(farthest)} away in standardized coordinates`
  );
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

/** Noise belongs to Hutchinson's estimator, which is the default for many columns. */
export function refuseSpareNoise({ noise, estimator }: TraceOptions, used: TraceEstimator): void {
  if (noise === undefined || used === "hutchinson") return;
  throw unusable(
    "--noise",
    "--estimator hutchinson beside it: the exact divergence needs no noise",
    estimator === undefined ? "no --estimator" : `--estimator ${estimator}`,
  );
}

/** How the divergence is found. */
function traceOf(flow: LoadedFlow, options: DensityOptions, { method }: ChosenMethod): DensityTrace {
  const wanted = { method, estimator: options.estimator };
  const estimator = forOption("--estimator", () => densityEstimator(flow, wanted));
  refuseSpareNoise(options, estimator);
  const { noise = DEFAULT_NOISE } = options;
  return estimator === "exact" ? { estimator } : { estimator, noise };
}

/** What was learned is of the points, or of points and log-density together: both run from data to base. */
function cardWarningsOf(
  { field, span: [base, data], standardization }: LoadedFlow,
  { method, correction, coefficients }: ChosenMethod,
  points: Points | undefined,
  { output }: JobContext,
): string[] {
  const whole = (): Field => logDensityField(field, { estimator: "exact" }).field;
  if (correction === undefined) {
    const isOfWhole = coefficients !== undefined && coefficientWarnings(coefficients, whole()).length === 0;
    return isOfWhole ? [] : warnOfCoefficients(coefficients, field, output);
  }
  const wide = Number(correction.card.stateShape.at(-1)) === Number(stateType(field).shape.at(-1)) + 1;
  const warnings = warnOfCard(
    correction,
    wide ? whole() : field,
    usesOf(method, { span: [data, base] }),
    output,
  );
  if (points === undefined) return warnings;
  const states = standardized(points.value, standardization);
  const z0 = wide ? withZeroColumns(states, 1) : states;
  return [...warnings, ...warnOfStates(correction, z0, data, output)];
}

async function solved(
  flow: LoadedFlow,
  points: Points | undefined,
  { solver, trace }: { readonly solver: ChosenMethod; readonly trace: DensityTrace },
  options: DensityOptions & Machine,
  { output, progress }: JobContext,
): Promise<DensityFound> {
  const interruption = onInterrupt(output, "Stopping; nothing is written.");
  let density: CompiledDensity | undefined;
  try {
    const { seed, toleranceOnState = false } = options;
    density = await compileFlowDensity(flow, {
      ...compileOptions(options),
      ...trace,
      method: solver.method,
      seed,
      toleranceOnState,
      signal: interruption.signal,
    });
    const logDensities = points === undefined ? undefined : await density.run(points.value);
    const grid = gridOf(points, options);
    const update = (done: number, total: number): void =>
      progress.update({ name: "density over the grid", done, total });
    return {
      points: logDensities,
      grid: grid === undefined ? undefined : await densityOverGrid(density, grid, update),
    };
  } finally {
    interruption.release();
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
