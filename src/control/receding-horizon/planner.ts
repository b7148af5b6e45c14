import {
  add,
  constant,
  type Graph,
  less,
  maximum,
  minimum,
  mul,
  type Node,
  reshape,
  slice,
  trace,
  where,
} from "../../graph/index.js";
import { adam } from "../../optim/index.js";
import { type CompileOptions, compile, type NamedTensors, type Program } from "../../runtime/index.js";
import { cast, fail, fromNumbers, type Tensor, zeros } from "../../tensor/index.js";
import type { ResolvedProblem } from "../problem/resolve-problem.js";
import type { IntervalMethod } from "../rollout/interval-method.js";
import { compileDifferentiablePieces } from "../rollout/piecewise-rollout.js";

/** How hard a planner tries. */
interface PlannerEffort {
  /** Evaluations of the objective and its gradient. */
  readonly iterations: number;
  /** Of Adam, in units of half the range of a control; falls linearly to a tenth. */
  readonly learningRate: number;
}

/** The best controls that were met, row by row. */
interface PlannedControls {
  /** [rows, intervals, m], within the bounds. */
  readonly controls: Tensor;
  /** What it comes to, violations included, [rows]. */
  readonly objective: Tensor;
}

/** Optimizes the controls of many rows at once. */
export interface Planner {
  /**
   * @param z0 [rows, n], checked. @param first controls to begin with, [rows, intervals, m], checked. @param start s of now.
   * @throws NON_FINITE where no iteration gave a row a finite objective.
   */
  plan(z0: Tensor, first: Tensor, start: number, effort: PlannerEffort): Promise<PlannedControls>;
  dispose(): Promise<void>;
}

/**
 * Direct single shooting by gradients: Adam on the controls through the rollout, projected to the bounds after every update.
 * Rows do not know each other; one whose rollout breaks is moved by what its gradients were before.
 */
export async function compilePlanner(
  problem: ResolvedProblem,
  solved: IntervalMethod,
  options: CompileOptions,
): Promise<Planner> {
  const rollout = await compileDifferentiablePieces(problem, solved, options);
  const update = await compile(updateGraph(problem), { hot: true, ...options });
  return {
    plan: async (z0, first, start, effort) => {
      let state = startOf(problem, first);
      for (let i = 0; i < effort.iterations; i++) {
        const forward = await rollout.forward({ z0, controls: state.controls, start });
        // Nobody looks at what the last gradient would have changed.
        const isLast = i === effort.iterations - 1;
        const gradient = isLast ? state.m : (await rollout.backward(forward)).controls;
        state = await updated(update, problem, state, {
          objective: fromNumbers(forward.objective, [forward.objective.length], problem.dtype),
          gradient,
          numbers: numbersOf(problem, i, effort),
        });
      }
      requirePlanned(state.least, solved);
      return { controls: state.best, objective: state.least };
    },
    dispose: async () => {
      await rollout.dispose();
      await update.dispose();
    },
  };
}

/** Controls on their way, the memory of Adam, and the best that was met. */
type PlanState = Readonly<Record<"controls" | "m" | "v" | "best" | "least", Tensor>>;

/** Above every objective that counts. */
const LARGEST = 1e30;

function startOf({ dtype }: ResolvedProblem, first: Tensor): PlanState {
  const [rows = 0] = first.shape;
  const slot = zeros(first.shape, dtype);
  const least = fromNumbers(new Float64Array(rows).fill(LARGEST), [rows], dtype);
  return { controls: first, m: slot, v: slot, best: first, least };
}

async function updated(
  update: Program,
  { dtype }: ResolvedProblem,
  state: PlanState,
  found: NamedTensors,
): Promise<PlanState> {
  const outputs = await update.run({ ...state, ...found });
  const next = (name: keyof PlanState): Tensor => cast(outputs[`next ${name}`] as Tensor, dtype);
  return { controls: next("controls"), m: next("m"), v: next("v"), best: next("best"), least: next("least") };
}

const optimizer = adam();
const scalarNames = ["stepSize", "epsilon"] as const;

function numbersOf(
  { dtype }: ResolvedProblem,
  iteration: number,
  { iterations, learningRate }: PlannerEffort,
): Tensor {
  const rate = learningRate * (1 - (0.9 * iteration) / Math.max(1, iterations - 1));
  const scalars = optimizer.scalars(iteration + 1, rate);
  return fromNumbers(
    scalarNames.map((name) => scalars[name]),
    [scalarNames.length],
    dtype,
  );
}

function requirePlanned(least: Tensor, { method }: IntervalMethod): void {
  const row = least.data.findIndex((value) => !(Number(value) < LARGEST));
  if (row < 0) return;
  throw fail("NON_FINITE", {
    what: `planning with ${method.text}`,
    expected: "a finite objective in some iteration",
    received: `none for row ${row}`,
    help: "the state may have left the region where the model holds: tighten bounds, or raise the control rate",
  });
}

/** What an iteration makes of an objective and its gradient: what is best until now, and the next controls. */
function updateGraph(problem: ResolvedProblem): Graph {
  const { dtype, intervals, controlSize } = problem;
  const plan = { shape: ["batch", intervals, controlSize] as const, dtype };
  const value = { shape: ["batch"] as const, dtype };
  const specs = {
    ...{ controls: plan, m: plan, v: plan, best: plan, gradient: plan },
    ...{ least: value, objective: value, numbers: { shape: [scalarNames.length], dtype } },
  };
  return trace(specs, ({ controls, m, v, best, gradient, least, objective, numbers }) => {
    const isUsable = less(mul(gradient, gradient), constant(LARGEST, dtype));
    const isBetter = less(objective, least);
    const [stepSize, epsilon] = scalarNames.map((_, i) => slice(numbers, 0, i, i + 1)) as [Node, Node];
    const { parameter, slots } = optimizer.update({
      parameter: unitControls(controls, problem),
      gradient: mul(where(isUsable, gradient, constant(0, dtype)), row(problem, halfRange)),
      slots: { m, v },
      scalars: { stepSize, epsilon },
    });
    return {
      "next controls": projected(parameter, problem),
      "next m": slots.m,
      "next v": slots.v,
      "next best": where(reshape(isBetter, ["batch", 1, 1]), controls, best),
      "next least": where(isBetter, objective, least),
    };
  });
}

type OfComponent = (low: number, high: number) => number;
const middle: OfComponent = (low, high) => (low + high) / 2;
const halfRange: OfComponent = (low, high) => (high - low) / 2;

/** A number for every component, [1, 1, m]. */
function row({ bounds, dtype, controlSize }: ResolvedProblem, of: OfComponent): Node {
  const values = bounds.low.map((low, i) => of(low, bounds.high[i] ?? low));
  return constant(fromNumbers(values, [1, 1, controlSize], dtype));
}

/** Controls in units of half their range, 0 in the middle. */
const unitControls = (controls: Node, problem: ResolvedProblem): Node =>
  mul(
    add(
      controls,
      row(problem, (low, high) => -middle(low, high)),
    ),
    row(problem, (low, high) => 1 / halfRange(low, high)),
  );

/** Back within the bounds, in their own units. */
function projected(unit: Node, problem: ResolvedProblem): Node {
  const within = maximum(minimum(unit, 1), -1);
  return add(mul(within, row(problem, halfRange)), row(problem, middle));
}
