import { type Fit, hyper } from "../../hypersolver/index.js";
import type { Samples, StateErrors } from "../../hypersolver/internal.js";
import {
  adaptive,
  dopri5,
  type Field,
  type FixedMethod,
  fixed,
  type Method,
  solveField,
  uniformMesh,
} from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import {
  density,
  errorHistogram,
  type Figure,
  type PointCloud,
  type TrajectorySet,
  trainingCurve,
  trajectories,
} from "../../plot/index.js";
import type { CompileOptions } from "../../runtime/index.js";
import { type Tensor, toFloat64 } from "../../tensor/index.js";
import { type ComparisonRow, hyperTitle, methodTitle } from "./comparison.js";
import { hasErrors, paretoFigure } from "./pareto-figure.js";

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

async function densityFigure({ field, fit, many, compile }: FigureData): Promise<Figure[]> {
  const { correction } = fit;
  const { span, steps } = fit.spec;
  const { z0, controls } = many;
  // A method that breaks on one of the samples has no picture.
  const cloud = async (method: Method): Promise<PointCloud[]> => {
    const solution = await solveField(field, z0, { ...compile, span, method, controls });
    if (solution.status !== "success") return [];
    const label = `${method.title}, ${solution.statistics.nfe} NFE`;
    return [{ label, points: toFloat64(solution.states.at(-1) as Tensor) }];
  };
  const reference = await cloud(adaptive(dopri5, { rtol: 1e-5, atol: 1e-5 }));
  if (reference.length === 0) return [];
  const corrected = await cloud(hyper(correction, { steps }));
  const alone = await cloud(fixed(correction.base, { steps }));
  return [density([...reference, ...corrected, ...alone], { colourScale: "log" })];
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
  const method = "dopri5@1e-6";
  const reference = await solveField(field, z0, { ...compile, times: fine, method, controls });
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
