import { hyper, stateErrors } from "../../hypersolver/index.js";
import {
  type ButcherTableau,
  euler,
  type FixedMethod,
  fixed,
  heun,
  midpoint,
  orThrow,
  rk4,
  solveField,
} from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import type { Complete } from "../../spec/index.js";
import { type Broken, isBroken, type Random, type Tensor } from "../../tensor/index.js";
import { type Contestant, contest } from "../kit/contest.js";
import { type ExactFlow, exactEnds, statesBetween, swingingLogistic } from "./logistic-flow.js";
import { noisyCorrection } from "./noisy-correction.js";

/** What is measured, as options. */
export const localErrorsTable = {
  points: { type: "integer", min: 1, max: 1e6, required: true, help: "states that the error is a mean over" },
  dimension: { type: "integer", min: 1, max: 1000, required: true, help: "their components" },
  perOctave: { type: "integer", min: 1, max: 100, required: true, help: "step sizes an octave" },
  octaves: { type: "integer", min: 1, max: 20, required: true, help: "octaves below the largest" },
} as const;

/** What local errors are measured on. */
export type LocalErrorsSpec = Complete<typeof localErrorsTable>;

/** Mean distance to the exact solution after one step, by step size. */
export interface LocalErrors {
  readonly base: string;
  readonly order: number;
  /** Relative error of g; absent for the base alone. */
  readonly delta: number | undefined;
  readonly errors: readonly { readonly epsilon: number; readonly error: number }[] | Broken;
}

/** Largest step of a base: small enough for the leading term to be alone, large enough to stay above rounding. */
const bases: readonly (readonly [ButcherTableau, largest: number])[] = [
  [euler, 1 / 8],
  [midpoint, 1 / 8],
  [heun, 1 / 8],
  [rk4, 1 / 2],
];
/** Relative errors of g, after the base alone. */
const DELTAS = [undefined, 0, 1e-3, 1e-2, 1e-1] as const;
/** Where the steps start: nowhere special. */
const START = 0.3;

/** A step from the states at `START`, and where the solution is at its end. */
interface Step {
  readonly epsilon: number;
  readonly end: Tensor;
}

/** A base, alone or with a g that is off by `delta`. */
interface Stepper extends Contestant<Step, Tensor> {
  readonly delta: number | undefined;
}

/** Every base, alone and with corrections of every δ, over all step sizes. @throws INTERRUPTED at a signal. */
export async function localErrors(
  { points, dimension, perOctave, octaves }: LocalErrorsSpec,
  random: Random,
  context: RunContext,
): Promise<LocalErrors[]> {
  const exact = swingingLogistic(dimension, random.fork("field"));
  const z = statesBetween(0.1, 0.9, [points, dimension], random.fork("states"));
  const measures = { error: (end: Tensor, step: Step) => stateErrors(end, step.end).mean };
  const rows: LocalErrors[] = [];
  for (const [base, largest] of bases) {
    const cases = Array.from({ length: octaves * perOctave + 1 }, (_, i): Step => {
      const epsilon = largest * 2 ** (-i / perOctave);
      return { epsilon, end: exactEnds(exact, z, START, epsilon) };
    });
    const contestants = DELTAS.map((delta) => {
      const g = noisyCorrection(base, exact, delta ?? 0, random.fork("noise"));
      const method = delta === undefined ? fixed(base, { steps: 1 }) : hyper(g, { steps: 1 });
      return stepper(delta, method, { exact, z }, context);
    });
    const entries = await contest({ contestants, cases, measures, repetitions: 1 }, context);
    for (const { contestant, scores } of entries) {
      const errors = isBroken(scores)
        ? scores
        : cases.map(({ epsilon }, i) => ({ epsilon, error: scores.values.error[i] ?? Number.NaN }));
      rows.push({ base: base.title, order: base.order, delta: contestant.delta, errors });
    }
  }
  return rows;
}

const stepper = (
  delta: number | undefined,
  method: FixedMethod,
  { exact, z }: { readonly exact: ExactFlow; readonly z: Tensor },
  context: RunContext,
): Stepper => ({
  delta,
  method: method.text,
  prepare: async () => ({
    run: async ({ epsilon }) => {
      const span = [START, START + epsilon] as const;
      const solution = await solveField(exact.field, z, { ...machineOf(context), method, span });
      return { result: orThrow(solution).states.at(-1) as Tensor, costs: solution.statistics };
    },
    dispose: async () => {},
  }),
});
