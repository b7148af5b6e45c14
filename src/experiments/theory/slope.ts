import { constant, evaluateGraph, trace } from "../../graph/index.js";
import { hyper, stateErrors } from "../../hypersolver/index.js";
import {
  type ButcherTableau,
  euler,
  fixed,
  heun,
  type Method,
  midpoint,
  orThrow,
  rk4,
  solveField,
} from "../../ode/index.js";
import type { Table } from "../../plot/index.js";
import { formatNumber } from "../../plot/internal.js";
import { machineOf, type RunContext } from "../../runtime/index.js";
import { isBroken, Random, type Tensor, tensor } from "../../tensor/index.js";
import { jsonCodec } from "../kit/codec.js";
import { solveOptions } from "../kit/competitor.js";
import { type Contestant, contest, type Entry } from "../kit/contest.js";
import { defineExperiment, type Experiment, type Preset } from "../kit/experiment.js";
import type { ResultRow } from "../kit/result-row.js";
import { type ExactFlow, swingingLogistic } from "./logistic-flow.js";
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

/** Local errors of one method by step size, and the line through their logarithms. */
export interface SlopeRow {
  readonly base: string;
  readonly order: number;
  /** Relative error of g; absent for the base alone. */
  readonly delta?: number;
  readonly errors: readonly { readonly epsilon: number; readonly error: number }[];
  /** Absent where errors are but rounding. */
  readonly slope?: number;
  /** Geometric mean of error/ε^(p+1), over that of the base alone. */
  readonly constant?: number;
}

const DELTAS = [0, 1e-3, 1e-2, 1e-1] as const;
/** Largest step of an order: small enough for the leading term to be alone, large enough to stay above rounding. */
const bases: readonly (readonly [ButcherTableau, largest: number])[] = [
  [euler, 1 / 8],
  [midpoint, 1 / 8],
  [heun, 1 / 8],
  [rk4, 1 / 2],
];
/** Below it an error is rounding of states of size 1 in float64. */
const ROUNDING = 1e-14;

const presets: Readonly<Record<Preset, SlopeSpec>> = {
  smoke: { points: 200, dimension: 4, perOctave: 1, octaves: 3 },
  standard: { points: 2000, dimension: 8, perOctave: 2, octaves: 4 },
  paper: { points: 10_000, dimension: 8, perOctave: 4, octaves: 4 },
};

/**
 * Theorem 1 of the paper: a hypersolver whose g is off by δ has a local truncation error O(δ ε^(p+1)). Measured in float64
 * on a nonlinear, non-autonomous field with an exact flow, for corrections whose δ is chosen.
 */
export const slope: Experiment<SlopeSpec> = defineExperiment<
  SlopeSpec,
  { readonly slopes: readonly SlopeRow[] }
>({
  name: "slope",
  title: "Theorem 1: the local error of a hypersolver is O(δ ε^(p+1))",
  presets,
  run: async (spec, run, { seed }) => {
    run.picture(() => slopeFigures(run.found.slopes ?? []));
    const slopes = await run.stage({
      name: "slopes",
      settings: { spec, seed },
      codec: jsonCodec<readonly SlopeRow[]>(),
      make: (context) => measureSlopes(spec, new Random(seed), context),
    });
    run.note({ slopes });
  },
  rows: ({ slopes = [] }) => slopes.map(rowOf),
  report: ({ slopes = [], command, preset, seed, status }, figures) => ({
    title: slope.title,
    lead: "Slope of the local error against ε, to be p + 1, and its constant over that of the base alone, to be δ; for δ = 0 errors are rounding.",
    facts: [
      ["Command", command],
      ["Preset", preset],
      ["Seed", String(seed)],
      ["Status", status],
    ],
    sections: [
      { heading: "Slopes", table: tableOf(slopes), on: "both" },
      { heading: "Local errors", figures },
    ],
    footnotes: ["Poli et al., Hypersolvers: Toward Fast Continuous-Depth Models, NeurIPS 2020, theorem 1."],
  }),
});

/** States at s, and where their solutions are at s + ε. */
interface Step {
  readonly epsilon: number;
  readonly z: Tensor;
  readonly end: Tensor;
}

/** Where the steps start: nowhere special. */
const START = 0.3;

interface SlopeContestant extends Contestant<Step, Tensor> {
  readonly base: ButcherTableau;
  readonly delta: number | undefined;
}

async function measureSlopes(spec: SlopeSpec, random: Random, context: RunContext): Promise<SlopeRow[]> {
  const { points, dimension, perOctave, octaves } = spec;
  const exact = swingingLogistic(dimension, random.fork("field"));
  const row = (name: string, draw: (from: Random) => number, count = 1): Tensor => {
    const from = random.fork(name);
    return tensor(
      "float64",
      [count, dimension],
      Float64Array.from({ length: count * dimension }, () => draw(from)),
    );
  };
  const z = row("states", (from) => 0.1 + 0.8 * from.uniform(), points);
  const noise = {
    omega: row("omega", (from) => 100 * from.normal()),
    theta: row("theta", (from) => 6.3 * from.uniform()),
  };
  const rows: SlopeRow[] = [];
  for (const [base, largest] of bases) {
    const cases = Array.from({ length: octaves * perOctave + 1 }, (_, i) =>
      stepOf(exact, z, largest * 2 ** (-i / perOctave)),
    );
    const contestants = [undefined, ...DELTAS].map((delta) => {
      const alone = { base, delta, method: fixed(base, { steps: 1 }) };
      if (delta === undefined) return contestantOf(exact, alone, context);
      return contestantOf(
        exact,
        { ...alone, method: hyper(noisyCorrection(base, exact, { delta, ...noise }), { steps: 1 }) },
        context,
      );
    });
    const entries = await contest(
      { contestants, cases, measures: { error: errorOf }, repetitions: 1 },
      context,
    );
    rows.push(...entries.map((entry) => slopeOf(entry, cases, entries[0])));
  }
  return rows;
}

const errorOf = (end: Tensor, step: Step): number => stateErrors(end, step.end).mean;

function stepOf({ flow }: ExactFlow, z: Tensor, epsilon: number): Step {
  const [s, by] = [constant(START, "float64"), constant(epsilon, "float64")];
  const graph = trace({ z }, (inputs) => ({ end: flow({ s, z: inputs.z, epsilon: by }) }));
  return { epsilon, z, end: evaluateGraph(graph, { z }).end as Tensor };
}

function contestantOf(
  { field }: ExactFlow,
  {
    method,
    base,
    delta,
  }: { readonly method: Method; readonly base: ButcherTableau; readonly delta: number | undefined },
  context: RunContext,
): SlopeContestant {
  const run = async ({ z, epsilon }: Step) => {
    const span = [START, START + epsilon] as const;
    const solution = orThrow(
      await solveField(field, z, { ...machineOf(context), ...solveOptions(method, field), span }),
    );
    return {
      result: solution.states.at(-1) as Tensor,
      costs: { nfe: base.stages, gCalls: delta === undefined ? 0 : 1, macs: 0 },
    };
  };
  return { method: method.text, base, delta, prepare: async () => ({ run, dispose: async () => {} }) };
}

type SlopeEntry = Entry<SlopeContestant, "error">;

function slopeOf(
  { contestant, scores }: SlopeEntry,
  cases: readonly Step[],
  alone: SlopeEntry | undefined,
): SlopeRow {
  const { base, delta } = contestant;
  const errorsOf = (of: SlopeEntry["scores"]) =>
    isBroken(of) ? [] : of.values.error.map((error, i) => ({ epsilon: cases[i]?.epsilon ?? 0, error }));
  const errors = errorsOf(scores);
  const row = { base: base.title, order: base.order, ...(delta !== undefined && { delta }), errors };
  const told = errors.filter(({ error }) => error > ROUNDING);
  if (told.length < 2 || alone === undefined) return row;
  const constantOf = (points: typeof errors): number =>
    Math.exp(mean(points.map(({ epsilon, error }) => Math.log(error / epsilon ** (base.order + 1)))));
  const same = errorsOf(alone.scores).filter(({ epsilon }) =>
    told.some((point) => point.epsilon === epsilon),
  );
  return { ...row, slope: slopeThrough(told), constant: constantOf(told) / constantOf(same) };
}

/** Least squares through logarithms. */
function slopeThrough(points: readonly { readonly epsilon: number; readonly error: number }[]): number {
  const [x, y] = [points.map(({ epsilon }) => Math.log(epsilon)), points.map(({ error }) => Math.log(error))];
  const [mx, my] = [mean(x), mean(y)];
  const covariance = mean(x.map((value, i) => (value - mx) * ((y[i] ?? 0) - my)));
  return covariance / mean(x.map((value) => (value - mx) ** 2));
}

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

const largestOf = ({ errors }: SlopeRow): number => Math.max(...errors.map(({ error }) => error));

function rowOf(row: SlopeRow): ResultRow {
  const { base, order, delta, slope: measured, constant: over } = row;
  const key = { base, "p + 1": order + 1, "δ of g": delta ?? "no g" };
  const line =
    measured === undefined || over === undefined ? {} : { slope: measured, "constant over base's": over };
  return { key, outcome: { ...line, "largest error": largestOf(row) } };
}

const tableOf = (rows: readonly SlopeRow[]): Table => ({
  columns: ["base", "p + 1", "δ of g", "slope", "constant over base's", "largest error"],
  rows: rows.map((row) => [
    row.base,
    row.order + 1,
    row.delta === undefined ? "no g" : String(row.delta),
    row.slope?.toFixed(3) ?? "",
    row.constant === undefined ? "" : formatNumber(row.constant),
    formatNumber(largestOf(row)),
  ]),
});
