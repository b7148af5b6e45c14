import { type Fit, hyper } from "../../hypersolver/index.js";
import type { Samples, StateErrors } from "../../hypersolver/internal.js";
import { type Field, type FixedMethod, fixed, solveField, uniformMesh } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import {
  density,
  errorHistogram,
  type Figure,
  type ParetoPoint,
  type ParetoSeries,
  type PointCloud,
  paretoFronts,
  type TrajectorySet,
  trainingCurve,
  trajectories,
} from "../../plot/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import { type Tensor, toFloat64 } from "../../tensor/index.js";
import { type ComparisonRow, hyperTitle, measuredRows, methodTitle } from "./comparison.js";

/** What the figures of a fit are drawn from. */
export interface FigureData {
  readonly field: Field;
  readonly fit: Fit;
  readonly rows: readonly ComparisonRow[];
  /** Absent where a method broke. */
  readonly errors: Readonly<Record<"base" | "hypersolver", StateErrors | undefined>>;
  /** Many initial states, for densities; few, for trajectories. */
  readonly many: Samples;
  readonly few: Samples;
  readonly compile: CompileOptions;
}

/** Every figure of a fit that its state's dimension allows, most telling first. */
export async function fitFigures(data: FigureData): Promise<Figure[]> {
  const planar = stateType(data.field).shape.length === 2 && stateType(data.field).shape[1] === 2;
  const vector = stateType(data.field).shape.length === 2;
  return [
    ...(planar ? await densityFigure(data) : []),
    ...(hasErrors(data.rows) ? [paretoFigure(data.rows)] : []),
    ...histogramFigure(data),
    ...(vector ? [await trajectoryFigure(data)] : []),
    trainingFigure(data.fit),
  ];
}

const nfeLabel = (title: string, nfe: number): string => `${title}, ${nfe} NFE`;

async function densityFigure({ field, fit, many, compile }: FigureData): Promise<Figure[]> {
  const { correction } = fit;
  const { span, steps } = fit.spec;
  const { z0, controls } = many;
  const reference = await solveField(field, z0, {
    ...compile,
    span,
    method: "dopri5@1e-5",
    controls,
  });
  if (reference.status !== "success") return [];
  // A method that breaks on one of the samples has no picture.
  const cloud = async (method: FixedMethod): Promise<PointCloud[]> => {
    const { status, states, statistics } = await solveField(field, z0, {
      ...compile,
      span,
      method,
      controls,
    });
    if (status !== "success") return [];
    return [{ label: nfeLabel(method.title, statistics.nfe), points: toFloat64(states.at(-1) as Tensor) }];
  };
  const clouds = [
    {
      label: nfeLabel("dopri5", reference.statistics.nfe),
      points: toFloat64(reference.states.at(-1) as Tensor),
    },
    ...(await cloud(hyper(correction, { steps }))),
    ...(await cloud(fixed(correction.base, { steps }))),
  ];
  return [density(clouds, { colourScale: "log" })];
}

/** Points along the reference trajectories. */
const CURVE_POINTS = 40;

async function trajectoryFigure({ field, fit, few, compile }: FigureData): Promise<Figure> {
  const { correction } = fit;
  const { span, steps } = fit.spec;
  const { z0, controls } = few;
  const stacked = (
    states: readonly Tensor[],
    times: readonly number[],
  ): Pick<TrajectorySet, "states" | "shape" | "times"> => {
    const [points = 0, dim = 0] = z0.shape;
    // A solve that broke has fewer states: the rest stays NaN and is not drawn.
    const values = new Float64Array(times.length * points * dim).fill(Number.NaN);
    for (const [i, state] of states.entries()) values.set(toFloat64(state), i * points * dim);
    return { states: values, shape: [times.length, points, dim], times };
  };
  const fine = uniformMesh(span, CURVE_POINTS);
  const reference = await solveField(field, z0, {
    ...compile,
    times: fine,
    method: "dopri5@1e-6",
    controls,
  });
  const mesh = uniformMesh(span, steps);
  const path = async (method: FixedMethod): Promise<Pick<TrajectorySet, "states" | "shape" | "times">> =>
    stacked((await solveField(field, z0, { ...compile, method, controls })).states, mesh);
  return trajectories([
    { label: "dopri5", role: "reference", ...stacked(reference.states, fine) },
    {
      label: hyperTitle(correction.base.name),
      role: "hypersolver",
      ...(await path(hyper(correction, { mesh }))),
    },
    {
      label: methodTitle(correction.base.name),
      role: "base",
      ...(await path(fixed(correction.base, { mesh }))),
    },
  ]);
}

function histogramFigure({ fit, errors }: FigureData): Figure[] {
  const { base } = fit.correction;
  const labels = [
    ["hypersolver", hyperTitle(base.name)],
    ["base", methodTitle(base.name)],
  ] as const;
  const drawable = labels.flatMap(([role, label]) => {
    const samples = errors[role]?.samples;
    return samples === undefined ? [] : [{ label, role, errors: samples }];
  });
  return drawable.length === 0 ? [] : [errorHistogram(drawable)];
}

/** Whether there is anything to draw: a method that did not break. */
export const hasErrors = (rows: readonly ComparisonRow[]): boolean =>
  measuredRows(rows).some(({ error }) => error > 0);

/** Error against evaluations, multiply–accumulates and time. */
export function paretoFigure(all: readonly ComparisonRow[]): Figure {
  const rows = measuredRows(all);
  const methods = [...new Set(rows.map(({ method }) => method))];
  const series = methods.map((method): ParetoSeries => {
    const own = rows.filter((row) => row.method === method);
    const points = own.map(({ steps, tolerance, nfe, macs, milliseconds, error }): ParetoPoint => {
      const label = steps === undefined ? `tolerance ${tolerance?.toExponential()}` : `K = ${steps}`;
      return { label, nfe, macs, milliseconds, error };
    });
    return { label: method, role: own[0]?.role ?? "other", points };
  });
  // A field without products has no MACs.
  const costs = (["nfe", "macs", "milliseconds"] as const).filter((cost) =>
    rows.some((row) => row[cost] > 0 && hasErrors([row])),
  );
  return paretoFronts(
    series.filter(({ points }) => points.length > 0),
    { costs },
  );
}

function trainingFigure({ losses, data, spec }: Fit): Figure {
  const iterations = losses.map(({ iteration }) => iteration);
  // Phases have losses in different units: a curve each.
  const kinds = [...new Set(losses.map(({ kind }) => kind))];
  const curves = kinds.map((kind) => {
    const own = losses.filter((point) => point.kind === kind);
    return {
      label: kinds.length === 1 ? "training loss" : `${kind} loss`,
      role: kind === "trajectory" && kinds.length > 1 ? ("other" as const) : ("hypersolver" as const),
      losses: own.map(({ loss }) => loss),
      iterations: own.map(({ iteration }) => iteration),
    };
  });
  return trainingCurve(curves, {
    // The floor is in units of the residual: other losses have others.
    noiseFloor: spec.loss === "residual" ? data.noiseFloor : undefined,
    learningRate: { losses: losses.map(({ learningRate }) => learningRate), iterations },
  });
}
