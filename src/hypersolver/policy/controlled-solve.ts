import {
  abs,
  add,
  div,
  type Graph,
  maximum,
  mean,
  mul,
  type NamedNodes,
  type Node,
  sqrt,
  square,
  trace,
} from "../../graph/index.js";
import {
  type AdaptiveMethod,
  type Field,
  fieldMacs,
  fixed,
  proportionalIntegralController,
  type Span,
  type StepController,
} from "../../ode/index.js";
import { type StepScheme, stateType } from "../../ode/internal.js";
import { type CompileOptions, compile } from "../../runtime/index.js";
import { cast, fail, fromNumbers, type Tensor, toFloat64 } from "../../tensor/index.js";
import { type Correction, correctionMacs } from "../correction/correction.js";
import { hyperScheme } from "../correction/hyper-scheme.js";
import { rebindCorrection } from "../correction/rebind.js";
import type { CompiledSteeredSolve } from "./policy-solve.js";
import { controlsOf, namedControls, requireSteerable, specsOf } from "./step-world.js";

/** How steps are controlled sample by sample. */
export interface ControlledSolveOptions {
  readonly span: Span;
  /** Pair and tolerances. */
  readonly method: AdaptiveMethod;
  /** Added to every step that passes; the estimate is the pair's, as if there were no correction. Default: nothing. */
  readonly correction?: Correction | undefined;
  /** First step, without sign. */
  readonly firstStep: number;
  /** Default: proportional–integral. */
  readonly controller?: StepController;
}

/**
 * Step control for every sample by itself, with a correction or without one: what an agent is to be compared with. The solves
 * of a batch share programs but no steps. FSAL pairs keep their last stage where nothing is added to their steps; PEC pairs,
 * whose last stage is of another state, begin every step anew.
 * @throws CARD_MISMATCH for a correction of another kind of base; UNSUPPORTED_FIELD, SHAPE_MISMATCH as agents.
 */
export async function compileControlledSolve(
  given: Field,
  options: ControlledSolveOptions,
  machine: CompileOptions = {},
): Promise<CompiledSteeredSolve> {
  const field = requireSteerable(given);
  const { correction, method } = options;
  const program = await compile(trialGraph(field, options), { hot: true, ...machine });
  const { dtype } = stateType(field);
  const each = { f: fieldMacs(field), g: correction === undefined ? 0 : correctionMacs(correction) };
  return {
    run: async (z0, controls = {}) => {
      const attempt = async (z: Tensor, s: Tensor, dt: Tensor): Promise<Trials> => {
        const outputs = await program.run({ ...namedControls(controls), "/z": z, "/s": s, "/dt": dt });
        return { z1: outputs.z1 as Tensor, ratios: toFloat64(outputs.ratio as Tensor) };
      };
      const { ends, solves } = await controlled(cast(z0, dtype), options, attempt);
      const nfe = Float64Array.from(solves, (own) => evaluationsOf(method, correction !== undefined, own));
      const gCalls = Float64Array.from(solves, ({ sizes }) => (correction === undefined ? 0 : sizes.length));
      const average = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;
      const macs = average(nfe) * each.f + average(gCalls) * each.g;
      return { z1: ends, statistics: { nfe, gCalls, macs, sizes: solves.map(({ sizes }) => sizes) } };
    },
    dispose: () => program.dispose(),
  };
}

interface Trials {
  readonly z1: Tensor;
  readonly ratios: Float64Array;
}

/** One solve on its way. */
interface Solve {
  left: number;
  size: number;
  state: StepController["initial"];
  rejected: number;
  /** Of accepted steps. */
  readonly sizes: number[];
}

/** Attempts after which a solve is given up. */
const MOST_ATTEMPTS = 10_000;

async function controlled(
  z0: Tensor,
  {
    span: [t0, t1],
    firstStep,
    method,
    controller = proportionalIntegralController(),
  }: ControlledSolveOptions,
  attempt: (z: Tensor, s: Tensor, dt: Tensor) => Promise<Trials>,
): Promise<{ readonly ends: Tensor; readonly solves: readonly Solve[] }> {
  const [length, direction] = [Math.abs(t1 - t0), Math.sign(t1 - t0)];
  const [count = 0, width = 1] = z0.shape;
  const order = method.tableau.embeddedOrder + 1;
  const solves = Array.from(
    { length: count },
    (): Solve => ({ left: length, size: firstStep, state: controller.initial, rejected: 0, sizes: [] }),
  );
  const column = (of: (solve: Solve) => number): Tensor => fromNumbers(solves.map(of), [count, 1], z0.dtype);
  const step = ({ left, size }: Solve): number => (size * (1 + 1e-6) >= left ? left : size);
  const states = toFloat64(z0);
  for (let attempts = 0; solves.some(({ left }) => left > 0); attempts++) {
    if (attempts > MOST_ATTEMPTS)
      throw fail("STEP_LIMIT", { what: "controlled solve", received: `${MOST_ATTEMPTS} attempts` });
    const z = fromNumbers(states, z0.shape, z0.dtype);
    const trials = await attempt(
      z,
      column(({ left }) => t1 - direction * left),
      column((solve) => direction * step(solve)),
    );
    const ends = toFloat64(trials.z1);
    for (const [row, solve] of solves.entries()) {
      if (solve.left === 0) continue;
      const taken = step(solve);
      const { accept, factor, state } = controller.decide(
        solve.state,
        trials.ratios[row] ?? Number.NaN,
        order,
      );
      solve.state = state;
      solve.size = taken * factor;
      if (!accept) {
        solve.rejected++;
        continue;
      }
      solve.sizes.push(taken);
      solve.left = solve.left - taken < 1e-9 * length ? 0 : solve.left - taken;
      states.set(ends.subarray(row * width, (row + 1) * width), row * width);
    }
  }
  return { ends: fromNumbers(states, z0.shape, z0.dtype), solves };
}

/** A rejected attempt knows f where it began; so does every step of an FSAL pair. */
function evaluationsOf(
  { tableau }: AdaptiveMethod,
  isCorrected: boolean,
  { sizes, rejected }: Pick<Solve, "sizes" | "rejected">,
): number {
  const { a, fsal } = tableau;
  const stages = a.length;
  if (fsal && !isCorrected) return 1 + (stages - 1) * (sizes.length + rejected);
  return stages * sizes.length + (stages - 1) * rejected;
}

/** One attempt of every sample: where it leads, and its estimated error over what is tolerated (root mean square). */
function trialGraph(field: Field, { method, correction }: ControlledSolveOptions): Graph {
  const { tableau, rtol, atol } = method;
  return trace(specsOf(field, ["/s", "/dt"]), (inputs: NamedNodes) => {
    const [z, s, dt] = ["/z", "/s", "/dt"].map((name) => inputs[name] as Node) as [Node, Node, Node];
    const scheme =
      correction === undefined
        ? (fixed(tableau, { steps: 1 }).scheme(field) as StepScheme)
        : hyperScheme(field, rebindCorrection(correction, tableau));
    const site = { s, dt, z, z0: z, controls: controlsOf(field, inputs), estimate: true };
    const { z1, error } = scheme.step(site);
    const allowed = add(mul(maximum(abs(z), abs(z1)), rtol), atol);
    return { z1, ratio: sqrt(mean(square(div(error as Node, allowed)), [1], true)) };
  });
}
