import { measuringReference } from "../../hypersolver/internal.js";
import { type Field, fixed, type Method, midpoint, orThrow, rk4, solveField } from "../../ode/index.js";
import { type Figure, seriesCurve, type TrajectorySet, trajectories } from "../../plot/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { isBroken, Random, toFloat64, unlessItBreaks } from "../../tensor/index.js";
import { hasErrors, paretoFigure } from "../fit/pareto-figure.js";
import { STATES, signalAt } from "./tracking-field.js";
import { MIDDLE_STEPS, methodOfFit, type TrackingFit } from "./tracking-fits.js";
import type { TrackingMetrics } from "./tracking-report.js";

/** Solutions of a few states by several methods, to be drawn. */
export type DrawnPaths = readonly (Omit<TrajectorySet, "states"> & { readonly states: readonly number[] })[];

/** Trajectories that are drawn. */
const DRAWN = 6;
/** Points of smooth lines. */
const FINE = 101;

/** The signal, the exact solution, and three methods of 16 evaluations. A method that breaks is left out. */
export async function pathsOf(
  field: Field,
  fit: TrackingFit | undefined,
  waves: number,
  seed: number,
  context: RunContext,
): Promise<DrawnPaths> {
  const { z0 } = await STATES.heldOut(DRAWN, new Random(seed));
  const meshOf = (points: number): number[] => Array.from({ length: points }, (_, k) => k / (points - 1));
  const solved = async (
    label: string,
    role: NonNullable<TrajectorySet["role"]>,
    method: Method,
    times: readonly number[],
  ): Promise<DrawnPaths> => {
    const request = { ...machineOf(context), method, times };
    const found = await unlessItBreaks(solveField(field, z0, request).then((solution) => orThrow(solution)));
    if (isBroken(found)) return [];
    const states = found.states.flatMap((state) => [...toFloat64(state)]);
    return [{ label, role, states, shape: [times.length, DRAWN, 2], times }];
  };
  const fine = meshOf(FINE);
  const signal = fine.flatMap((s) => signalAt(waves, s));
  const steps = (count: number): number[] => meshOf(count + 1);
  const one = { steps: 1 };
  const beta = {
    label: "signal β",
    role: "reference",
    states: signal,
    shape: [FINE, 1, 2],
    times: fine,
  } as const;
  return [
    beta,
    ...(await solved("dopri5", "other", measuringReference(field), fine)),
    ...(await solved(
      `midpoint, ${MIDDLE_STEPS / 2} steps`,
      "other",
      fixed(midpoint, one),
      steps(MIDDLE_STEPS / 2),
    )),
    ...(await solved(`RK4, ${MIDDLE_STEPS / 4} steps`, "other", fixed(rk4, one), steps(MIDDLE_STEPS / 4))),
    ...(fit === undefined
      ? []
      : await solved(
          `HyperEuler, ${MIDDLE_STEPS} steps`,
          "hypersolver",
          methodOfFit(fit, 1),
          steps(MIDDLE_STEPS),
        )),
  ];
}

/** Training of every basis, error against cost, and how the signal is tracked. */
export function trackingFigures(
  { fields = [], comparison = [] }: Partial<TrackingMetrics>,
  paths: DrawnPaths | undefined,
): Figure[] {
  const curves = fields.flatMap(({ basisText, curve }) => {
    const points = curve.filter(({ validation }) => validation !== undefined);
    if (points.length === 0) return [];
    return [
      {
        label: basisText,
        values: points.map(({ validation = Number.NaN }) => validation),
        iterations: points.map(({ iteration }) => iteration),
      },
    ];
  });
  const training =
    curves.length === 0
      ? []
      : [
          seriesCurve(curves, {
            name: "training",
            title: "Tracking in four bases of depth",
            valueLabel: "∫ ‖z − β‖² ds",
            scale: "log",
          }),
        ];
  const front = hasErrors(comparison) ? [paretoFigure(comparison)] : [];
  const tracks =
    paths === undefined
      ? []
      : [
          trajectories(paths, {
            name: "tracks",
            title: `The signal and solutions by ${MIDDLE_STEPS} evaluations`,
            most: DRAWN,
          }),
        ];
  return [...training, ...front, ...tracks];
}
