import type { Samples, StateErrors } from "../../hypersolver/internal.js";
import {
  adaptive,
  dopri5,
  type Field,
  type FixedMethod,
  type Method,
  solveField,
  uniformMesh,
} from "../../ode/index.js";
import { planMesh, stateType } from "../../ode/internal.js";
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
import type { ComparisonRow } from "./comparison.js";
import type { LearnedSolver } from "./learned-solver.js";
import { hasErrors, paretoFigure } from "./pareto-figure.js";

/** What the figures of a fit are drawn from. */
export interface FigureData {
  readonly field: Field;
  readonly learned: LearnedSolver;
  readonly rows: readonly ComparisonRow[];
  /** Absent where a method broke. */
  readonly errors: Readonly<Record<"base" | "learned", StateErrors | undefined>>;
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
    ...(vector && hasSteps(data.learned) ? [await trajectoryFigure(data)] : []),
    // What was computed and not trained has no curve.
    ...(data.learned.losses.length > 0 ? [trainingFigure(data.learned)] : []),
  ];
}

async function densityFigure({ field, learned, many, compile }: FigureData): Promise<Figure[]> {
  const { span } = learned.spec;
  const { z0, controls } = many;
  // A method that breaks on one of the samples has no picture.
  const cloud = async (method: Method, title = method.title): Promise<PointCloud[]> => {
    const solution = await solveField(field, z0, { ...compile, span, method, controls });
    if (solution.status !== "success") return [];
    const label = `${title}, ${solution.statistics.nfe} NFE`;
    return [{ label, points: toFloat64(solution.states.at(-1) as Tensor) }];
  };
  const reference = await cloud(adaptive(dopri5, { rtol: 1e-5, atol: 1e-5 }));
  if (reference.length === 0) return [];
  const own = await cloud(learned.method, learned.title);
  const alone = await cloud(learned.base);
  return [density([...reference, ...own, ...alone], { colorScale: "log" })];
}

/**
 * Whether a solver says where it is between the ends of the span. Coefficients for a whole span and students do not: a line
 * from end to end is no trajectory.
 */
const hasSteps = ({ kind }: LearnedSolver): boolean => kind === "correction";

/** Points along the reference trajectories. */
const CURVE_POINTS = 40;

async function trajectoryFigure({ field, learned, few, compile }: FigureData): Promise<Figure> {
  const { span } = learned.spec;
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
  const path = async (method: FixedMethod): Promise<Pick<TrajectorySet, "states" | "shape" | "times">> => {
    const { mesh } = planMesh(method.grid, { span });
    const solution = await solveField(field, z0, { ...compile, method: method.withGrid({ mesh }), controls });
    return stacked(solution.states, mesh);
  };
  return trajectories([
    { label: "dopri5", role: "reference", ...stacked(reference.states, fine) },
    {
      label: learned.title,
      role: "hypersolver",
      ...(await path(learned.method)),
    },
    {
      label: learned.base.title,
      role: "base",
      ...(await path(learned.base)),
    },
  ]);
}

function histogramFigure({ learned, errors }: FigureData): Figure[] {
  const drawn = [
    { role: "hypersolver", label: learned.title, errors: errors.learned },
    { role: "base", label: learned.base.title, errors: errors.base },
  ] as const;
  const drawable = drawn.flatMap(({ role, label, errors: own }) =>
    own === undefined ? [] : [{ label, role, errors: own.samples }],
  );
  return drawable.length === 0 ? [] : [errorHistogram(drawable)];
}

function trainingFigure({ kind, curves, losses, lossFloor }: LearnedSolver): Figure {
  const iterations = losses.map(({ iteration }) => iteration);
  const [only, ...others] = curves;
  const unit = kind === "correction" ? undefined : "relative error at the end";
  return trainingCurve(curves, {
    lossLabel: others.length === 0 ? only?.label : unit,
    noiseFloor: lossFloor,
    learningRate: { losses: losses.map(({ learningRate }) => learningRate), iterations },
  });
}
