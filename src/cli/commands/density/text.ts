import type { GridDensity } from "../../../experiments/index.js";
import { meanText } from "../../../experiments/internal.js";
import { meanAndStandardError } from "../../../metrics/index.js";
import type { LogDensities, NoiseKind, SamplerDensities } from "../../../models/internal.js";
import type { TraceEstimator } from "../../../ode/internal.js";
import { formatMilliseconds, formatNumber } from "../../../plot/internal.js";
import { costText, writtenText } from "../../options/flow-solver.js";
import type { ChosenMethod } from "../../options/method.js";
import type { DensityOptions } from "./table.js";

/** Log-densities of points; those of a sampler say how many points no draw leads to, and how far these are from one. */
export type PointDensities = LogDensities & Partial<Pick<SamplerDensities, "unreached" | "farthest">>;

/** What `density` computed. */
export interface DensityFound {
  readonly points: PointDensities | undefined;
  readonly grid: GridDensity | undefined;
}

/** How the divergence was found; noise is Hutchinson's. */
export interface DensityTrace {
  readonly estimator: TraceEstimator;
  readonly noise?: NoiseKind;
}

/** What `density` prints for people. */
export function densityText(
  { points, grid }: DensityFound,
  { solver, trace, options: { out, picture } }: Pick<Answered, "solver" | "trace" | "options">,
): string {
  const lines: string[] = [];
  if (points !== undefined) {
    const nll = likelihoodOf(points);
    lines.push(
      `Mean negative log-likelihood ${meanText(nll)} nats, ${nll.n === 1 ? "1 point" : `${nll.n} points`}. ` +
        `${costText(solver, points.statistics)}.`,
    );
  }
  if (grid !== undefined) {
    const { x, y, columns, rows } = grid.grid;
    const side = ([low, high]: readonly [number, number]): string =>
      `[${formatNumber(low)}, ${formatNumber(high)}]`;
    lines.push(
      `The density integrates to ${grid.integral.toFixed(4)} over ${side(x)} × ${side(y)} ` +
        `(${columns} × ${rows} cells, ${grid.nfe} evaluations of f, ${formatMilliseconds(grid.milliseconds)}).`,
      ...integralNote(grid),
    );
  }
  if (trace.noise !== undefined)
    lines.push(
      `Log-densities are estimates: Hutchinson's divergence with ${trace.noise} noise; --estimator exact has none.`,
    );
  return [...lines, ...writtenText([out, picture])].join("\n");
}

/** How far from 1 an integral may be without a note. */
const INTEGRAL_TOLERANCE = 0.02;

function integralNote({ integral }: GridDensity): string[] {
  if (Math.abs(integral - 1) <= INTEGRAL_TOLERANCE) return [];
  const below =
    "part of the density is outside, or its peaks are narrower than a cell: try a larger --grid or more cells.";
  const above = "its peaks are narrower than a cell: try more cells in --grid.";
  return [`That is not 1: ${integral < 1 ? below : above}`];
}

const likelihoodOf = ({ values }: LogDensities): ReturnType<typeof meanAndStandardError> =>
  meanAndStandardError(values.map((value) => -value));

/** What was asked of `density`, and what was warned of. */
interface Answered {
  readonly path: string;
  readonly solver: ChosenMethod;
  readonly trace: DensityTrace;
  readonly warnings: readonly string[];
  readonly options: DensityOptions;
}

/** What `density` prints for programs. */
export function densityJson(
  { points, grid }: DensityFound,
  { path, solver, trace, warnings, options }: Answered,
): object {
  const over = grid && {
    ...grid.grid,
    integral: grid.integral,
    largest: grid.values.reduce((a, b) => Math.max(a, b), 0),
    nfe: grid.nfe,
    milliseconds: grid.milliseconds,
  };
  const likelihood = points && { nll: likelihoodOf(points), ...points.statistics };
  return {
    flow: path,
    method: solver.method.text,
    ...trace,
    ...likelihood,
    ...(points?.unreached !== undefined && { unreached: points.unreached }),
    grid: over,
    warnings,
    out: options.out ?? null,
    picture: options.picture ?? null,
  };
}
