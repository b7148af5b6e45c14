import { hyper, stateErrors } from "../../hypersolver/index.js";
import { powerLaw } from "../../metrics/index.js";
import {
  adaptive,
  type ButcherTableau,
  dopri5,
  euler,
  type FixedMethod,
  fixed,
  heun,
  type Method,
  midpoint,
  orThrow,
  rk4,
  type Solution,
  solveField,
} from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { type Broken, isBroken, type Random, type Tensor } from "../../tensor/index.js";
import { type Contestant, contest } from "../kit/contest.js";
import type { ResultRow } from "../kit/result-row.js";
import { type ExactFlow, exactEnds, statesBetween, swingingLogistic } from "./logistic-flow.js";
import { noisyCorrection } from "./noisy-correction.js";

/** Whole solves of one solver, with finer and finer steps. */
export interface SolverOrder {
  readonly solver: string;
  readonly runs: readonly SolverRun[] | Broken;
  /** One step of each size; absent for step control, which chooses them. */
  readonly steps: readonly { readonly epsilon: number; readonly error: number }[] | undefined;
}

interface SolverRun {
  /** The span over the accepted steps. */
  readonly epsilon: number;
  readonly nfe: number;
  /** Mean distance to the exact solution at the end. */
  readonly error: number;
}

/** Relative error of every g. */
export const DELTA = 0.01;
const START = 0.3;
/** Two units of s: several times what the field takes to change. */
const LENGTH = 2;
/** Errors at which cost is compared. */
const ASKED = 1e-4;
const COUNTS = [8, 16, 32, 64];
/** So tight that steps are as error control wants them, from the first to the last. */
const TOLERANCES = [1e-5, 1e-6, 1e-7, 1e-8, 1e-9];

interface Place {
  readonly end: Tensor;
  /** Where the end is. */
  readonly epsilon: number;
  readonly method: Method;
}

type Solved = Contestant<Place, Solution<Tensor>>;

/**
 * Figure 2 of the paper, measured: evaluations and orders of one-step methods, of step control, and of hypersolvers whose g
 * are off by `DELTA`, on a field with an exact flow, in float64.
 * @throws INTERRUPTED at a signal.
 */
export async function solverOrders(
  { points, dimension }: { readonly points: number; readonly dimension: number },
  random: Random,
  context: RunContext,
): Promise<SolverOrder[]> {
  const exact = swingingLogistic(dimension, random.fork("field"));
  const z = statesBetween(0.1, 0.9, [points, dimension], random.fork("states"));
  const world = { exact, z, context };
  const found: SolverOrder[] = [];
  for (const base of [euler, midpoint, heun, rk4]) {
    const g = noisyCorrection(base, exact, DELTA, random.fork("noise"));
    for (const one of [fixed(base, { steps: 1 }), hyper(g, { steps: 1 })])
      found.push(await fixedOrder(one, base, world));
  }
  const controlled = TOLERANCES.map((tolerance) => adaptive(dopri5, { rtol: tolerance, atol: tolerance }));
  const runs = await runsOf(
    controlled.map((method) => placeOf(method, LENGTH, world)),
    world,
  );
  return [...found, { solver: "dopri5, step control", runs, steps: undefined }];
}

interface World {
  readonly exact: ExactFlow;
  readonly z: Tensor;
  readonly context: RunContext;
}

async function fixedOrder(one: FixedMethod, { order }: ButcherTableau, world: World): Promise<SolverOrder> {
  // High orders reach rounding in fewer steps.
  const counts = order < 4 ? COUNTS : COUNTS.map((count) => count / 2);
  const solves = counts.map((steps) => placeOf(one.withGrid({ steps }), LENGTH, world));
  const single = counts.map((steps) => placeOf(one, LENGTH / steps, world));
  const steps = await runsOf(single, world);
  return {
    solver: `${one.title}, order ${order}`,
    runs: await runsOf(solves, world),
    steps: isBroken(steps) ? undefined : steps,
  };
}

const placeOf = (method: Method, epsilon: number, { exact, z }: World): Place => ({
  method,
  epsilon,
  end: exactEnds(exact, z, START, epsilon),
});

/** What each of several solves costs and how far off it ends. */
async function runsOf(cases: readonly Place[], { exact, z, context }: World): Promise<SolverRun[] | Broken> {
  const solver: Solved = {
    method: cases[0]?.method.text ?? "",
    prepare: async () => ({
      run: async ({ method, epsilon }) => {
        const span = [START, START + epsilon] as const;
        // Who watches steps gets them one by one: programs of 64 unrolled steps take longer to compile than to run.
        const request = { ...machineOf(context), method, span, onStep: () => {} };
        const solution = await solveField(exact.field, z, request);
        orThrow(solution);
        return { result: solution, costs: solution.statistics };
      },
      dispose: async () => {},
    }),
  };
  const measures = {
    error: ({ states }: Solution<Tensor>, { end }: Place) => stateErrors(states.at(-1) as Tensor, end).mean,
    nfe: ({ statistics }: Solution<Tensor>) => statistics.nfe,
    steps: ({ statistics }: Solution<Tensor>) => statistics.acceptedSteps,
  };
  const [entry] = await contest({ contestants: [solver], cases, measures, repetitions: 1 }, context);
  if (entry === undefined) return [];
  const { scores } = entry;
  if (isBroken(scores)) return scores;
  const { error, nfe, steps } = scores.values;
  return cases.map(({ epsilon }, i) => ({
    epsilon: epsilon / (steps[i] ?? 1),
    nfe: nfe[i] ?? Number.NaN,
    error: error[i] ?? Number.NaN,
  }));
}

/** Orders as slopes, and what an error of 1e-4 costs by the line through all runs. */
export const orderRows = (all: readonly SolverOrder[]): ResultRow[] =>
  all.map(({ solver, runs, steps }) => {
    const key = { solver };
    if (isBroken(runs)) return { key, outcome: runs };
    const slope = (points: readonly { readonly epsilon: number; readonly error: number }[]): number =>
      powerLaw(points.map(({ epsilon, error }) => ({ x: epsilon, y: error }))).exponent;
    const cost = powerLaw(runs.map(({ nfe, error }) => ({ x: error, y: nfe })));
    const perStep = runs.map(({ nfe, epsilon }) => (nfe * epsilon) / LENGTH);
    const outcome = {
      "NFE a step": perStep.reduce((total, value) => total + value / perStep.length, 0),
      // Step control has steps of all sizes: against their mean an error has no order.
      ...(steps === undefined ? {} : { "local order": slope(steps), "global order": slope(runs) }),
      "NFE to an error of 1e-4": cost.factor * ASKED ** cost.exponent,
    };
    return { key, outcome };
  });
