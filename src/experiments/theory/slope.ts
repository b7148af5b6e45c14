import { hyper, stateErrors } from "../../hypersolver/index.js";
import { powerLaw } from "../../metrics/index.js";
import {
  type ButcherTableau,
  euler,
  fixed,
  heun,
  midpoint,
  orThrow,
  rk4,
  solveField,
} from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { type Broken, isBroken, Random, type Tensor, tensor } from "../../tensor/index.js";
import { jsonCodec } from "../kit/codec.js";
import { type Contestant, contest } from "../kit/contest.js";
import { defineExperiment, type Experiment } from "../kit/experiment.js";
import type { ResultRow } from "../kit/result-row.js";
import { rowSections } from "../kit/row-tables.js";
import { exactEnds, swingingLogistic } from "./logistic-flow.js";
import { noisyCorrection } from "./noisy-correction.js";
import { slopeFigures } from "./slope-figures.js";

export interface SlopeSpec {
  /** States that the error is a mean over, and their components. */
  readonly points: number;
  readonly dimension: number;
  /** Step sizes an octave, and octaves below the largest. */
  readonly perOctave: number;
  readonly octaves: number;
}

/** Mean distance to the exact solution after one step, by step size. */
export interface LocalErrors {
  readonly base: string;
  readonly order: number;
  /** Relative error of g; absent for the base alone. */
  readonly delta?: number;
  readonly errors: readonly { readonly epsilon: number; readonly error: number }[] | Broken;
}

const DELTAS = [0, 1e-3, 1e-2, 1e-1] as const;
/** Largest step of a base: small enough for the leading term to be alone, large enough to stay above rounding. */
const bases: readonly (readonly [ButcherTableau, largest: number])[] = [
  [euler, 1 / 8],
  [midpoint, 1 / 8],
  [heun, 1 / 8],
  [rk4, 1 / 2],
];
/** Where the steps start: nowhere special. */
const START = 0.3;
/** Below it an error is rounding of states of size 1 in float64. */
const ROUNDING = 1e-14;

/**
 * Theorem 1 of the paper: a hypersolver whose g is off by δ has a local truncation error O(δ ε^(p+1)). Measured in float64
 * on a nonlinear, non-autonomous field with an exact flow, for corrections whose δ is chosen.
 */
export const slope: Experiment<SlopeSpec> = /* @__PURE__ */ defineExperiment<
  SlopeSpec,
  { readonly errors: readonly LocalErrors[] }
>({
  name: "slope",
  title: "Theorem 1: the local error of a hypersolver is O(δ ε^(p+1))",
  presets: {
    smoke: { points: 200, dimension: 4, perOctave: 1, octaves: 3 },
    standard: { points: 2000, dimension: 8, perOctave: 2, octaves: 4 },
    paper: { points: 10_000, dimension: 8, perOctave: 4, octaves: 4 },
  },
  run: async (spec, run, { seed }) => {
    run.picture(() => slopeFigures(run.found.errors ?? []));
    const errors = await run.stage({
      name: "local errors",
      settings: { spec, seed },
      codec: jsonCodec<readonly LocalErrors[]>(),
      make: (context) => localErrors(spec, new Random(seed), context),
    });
    run.note({ errors });
  },
  rows: ({ errors = [] }) => errors.map((row) => rowOf(row, errors)),
  report: ({ errors = [] }, figures) => ({
    title: slope.title,
    lead: "Slope of the local error against ε, to be p + 1, and its constant over that of the base alone, to be δ; for δ = 0 errors are rounding.",
    facts: [],
    sections: [...rowSections(errors.map((row) => rowOf(row, errors))), { heading: "Local errors", figures }],
    footnotes: ["Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, theorem 1."],
  }),
});

/** A step from z at `START`, and where the solution is at its end. */
interface Step {
  readonly epsilon: number;
  readonly end: Tensor;
}

async function localErrors(spec: SlopeSpec, random: Random, context: RunContext): Promise<LocalErrors[]> {
  const { points, dimension, perOctave, octaves } = spec;
  const exact = swingingLogistic(dimension, random.fork("field"));
  const states = random.fork("states");
  const values = Float64Array.from({ length: points * dimension }, () => 0.1 + 0.8 * states.uniform());
  const z = tensor("float64", [points, dimension], values);
  const rows: LocalErrors[] = [];
  for (const [base, largest] of bases) {
    const cases = Array.from({ length: octaves * perOctave + 1 }, (_, i): Step => {
      const epsilon = largest * 2 ** (-i / perOctave);
      return { epsilon, end: exactEnds(exact, z, START, epsilon) };
    });
    const contestants = [undefined, ...DELTAS].map((delta): Contestant<Step, Tensor> => {
      const g = noisyCorrection(base, exact, delta ?? 0, random.fork("noise"));
      const method = delta === undefined ? fixed(base, { steps: 1 }) : hyper(g, { steps: 1 });
      const options = { ...machineOf(context), method };
      const run = async ({ epsilon }: Step) => {
        const solution = await solveField(exact.field, z, { ...options, span: [START, START + epsilon] });
        return { result: orThrow(solution).states.at(-1) as Tensor, costs: solution.statistics };
      };
      return { method: method.text, prepare: async () => ({ run, dispose: async () => {} }) };
    });
    const measures = { error: (end: Tensor, step: Step) => stateErrors(end, step.end).mean };
    const entries = await contest({ contestants, cases, measures, repetitions: 1 }, context);
    for (const [i, { scores }] of entries.entries()) {
      const delta = [undefined, ...DELTAS][i];
      rows.push({
        base: base.title,
        order: base.order,
        ...(delta !== undefined && { delta }),
        errors: isBroken(scores)
          ? scores
          : scores.values.error.map((error, j) => ({ epsilon: cases[j]?.epsilon ?? 0, error })),
      });
    }
  }
  return rows;
}

/** Slope through the errors that are more than rounding, and how many times those of the base alone they are. */
function rowOf({ base, order, delta, errors }: LocalErrors, all: readonly LocalErrors[]): ResultRow {
  const key = { base, "p + 1": order + 1, "δ of g": delta ?? "no g" };
  if (isBroken(errors)) return { key, outcome: errors };
  const largest = { "largest error": Math.max(...errors.map(({ error }) => error)) };
  const alone = all.find((other) => other.base === base && other.delta === undefined)?.errors;
  const told = errors.filter(({ error }) => error > ROUNDING);
  if (alone === undefined || isBroken(alone) || told.length < 2) return { key, outcome: largest };
  const { exponent } = powerLaw(told.map(({ epsilon, error }) => ({ x: epsilon, y: error })));
  const ratios = told.map(
    ({ epsilon, error }) => error / (alone.find((other) => other.epsilon === epsilon)?.error ?? error),
  );
  const over = Math.exp(ratios.reduce((total, ratio) => total + Math.log(ratio) / ratios.length, 0));
  return { key, outcome: { slope: exponent, "constant over base's": over, ...largest } };
}
