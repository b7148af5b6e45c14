import {
  add,
  concatColumns,
  cos,
  div,
  exp,
  type InputSpec,
  mul,
  type Node,
  sin,
  slice,
  sub,
  trace,
} from "../../graph/index.js";
import { type Correction, fitCorrection, hyper, type StateSource } from "../../hypersolver/index.js";
import { integerPower, type Samples } from "../../hypersolver/internal.js";
import {
  type ButcherTableau,
  euler,
  type Field,
  type FixedMethod,
  fixed,
  midpoint,
  orThrow,
  rk4,
  solveField,
} from "../../ode/index.js";
import { graphAlgebra, makeField } from "../../ode/internal.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { type FloatDType, fromNumbers, type Random, toFloat64 } from "../../tensor/index.js";

/** Where ε λ lies in pictures. */
export const WINDOW = { x: [-8, 2], y: [-5, 5] } as const;
/** Where the learned g saw ε λ. */
export const LEARNED_WINDOW = { x: [-4, 0.5], y: [-2.5, 2.5] } as const;
/** How far the real axis is followed. */
const REACH = 250;
/** Directions of an error of g, or of a state, over which the worst is taken. */
const PHASES = Array.from({ length: 4 }, (_, i) => (2 * Math.PI * i) / 4);
/** Relative errors of g, after the base alone. */
const DELTAS = [undefined, 0.1, 0.01] as const;

/** How much a step of the linear test equation may enlarge a state. */
export interface StabilityRegion {
  readonly base: string;
  /** Relative error of g; absent for the base alone. */
  readonly delta: number | "learned" | undefined;
  /** |z₁|/|z₀|, the worst of all directions, at the centers of the cells of `WINDOW`, the lowest row first. */
  readonly growth: readonly number[];
  /** Cells along a side. */
  readonly cells: number;
  /** How far the negative real axis is stable from −0.5 on, at most 250. */
  readonly interval: number;
}

/** What stability is measured by. */
export interface StabilitySpec {
  readonly cells: number;
  readonly fitIterations: number;
}

/** dz/ds = λ z for complex z and λ, as pairs of numbers: the linear test equation, with λ as a control. */
export function linearTest(dtype: FloatDType): Field {
  const pair: InputSpec = { shape: ["batch", 2], dtype };
  const graph = trace({ z: pair, lambda: pair }, ({ z, lambda }) => ({ dz: product(lambda, z) }));
  return makeField(graph, { state: "z", depth: undefined, controls: ["lambda"], output: "dz" }, {});
}

const part = (z: Node, at: number): Node => slice(z, 1, at, at + 1);

/** Product of complex numbers. */
const product = (a: Node, b: Node): Node =>
  concatColumns([
    sub(mul(part(a, 0), part(b, 0)), mul(part(a, 1), part(b, 1))),
    add(mul(part(a, 0), part(b, 1)), mul(part(a, 1), part(b, 0))),
  ]);

/**
 * The exact residual of a base times 1 + δ e^(iθ): a g of relative error δ. A step multiplies by
 * e^w + δ e^(iθ) (e^w − R_p(w)), w = ε λ, with R_p of the base.
 */
export function turnedCorrection(base: ButcherTableau, delta: number, theta: number): Correction {
  const pair: InputSpec = { shape: ["batch", 2], dtype: "float64" };
  const column: InputSpec = { shape: ["batch", 1], dtype: "float64" };
  const stages = Object.fromEntries(base.b.map((_, i) => [`k${i}`, pair]));
  const specs: Record<string, InputSpec> = { z: pair, ...stages, epsilon: column, "x lambda": pair };
  const graph = trace(specs, (nodes) => {
    const [z, epsilon, lambda] = ["z", "epsilon", "x lambda"].map((name) => nodes[name] as Node) as [
      Node,
      Node,
      Node,
    ];
    const k = base.b.map((_, i) => nodes[`k${i}`] as Node);
    const [real, angle] = [mul(epsilon, part(lambda, 0)), mul(epsilon, part(lambda, 1))];
    const grown = mul(exp(real), concatColumns([cos(angle), sin(angle)]));
    const psi = graphAlgebra.increment(epsilon, base.b, k);
    const residual = div(sub(sub(product(grown, z), z), psi), integerPower(epsilon, base.order + 1));
    const [a, b] = [1 + delta * Math.cos(theta), delta * Math.sin(theta)];
    const turned = concatColumns([
      sub(mul(part(residual, 0), a), mul(part(residual, 1), b)),
      add(mul(part(residual, 0), b), mul(part(residual, 1), a)),
    ]);
    return { g: turned };
  });
  return { base, inputs: ["z", "stages", "epsilon", "x"], features: [], graph, parameters: {} };
}

/**
 * Regions of bases alone and with g of relative errors δ, in float64, and of Euler with a g that was learned on states
 * around the unit circle and ε λ in `LEARNED_WINDOW`.
 * @throws INTERRUPTED at a signal.
 */
export async function stabilityRegions(
  { cells, fitIterations }: StabilitySpec,
  random: Random,
  context: RunContext,
): Promise<StabilityRegion[]> {
  const field = linearTest("float64");
  const regions: StabilityRegion[] = [];
  for (const base of [euler, midpoint, rk4])
    for (const delta of DELTAS) {
      const methods =
        delta === undefined
          ? [fixed(base, { steps: 1 })]
          : PHASES.map((theta) => hyper(turnedCorrection(base, delta, theta), { steps: 1 }));
      const growth = (w: Plane) => worstGrowth(field, methods, w, [0], context);
      regions.push(await regionOf(base.title, delta, cells, growth));
    }
  const single = linearTest("float32");
  const { correction } = await fitCorrection(
    single,
    {
      ...{ base: euler.name, steps: 1, epsilon: null, inputs: ["z", "stages", "x"], hidden: [64, 64] },
      ...{ iterations: fitIterations, trajectories: 8192, learningRate: 0.01, seed: random.seed },
    },
    { states: testStates },
    context,
  );
  const learned = [hyper(correction, { steps: 1 })];
  const growth = (w: Plane) => worstGrowth(single, learned, w, PHASES, context);
  regions.push(await regionOf(euler.title, "learned", cells, growth));
  return regions;
}

/** Complex numbers, real and imaginary parts in turns. */
type Plane = readonly number[];

async function regionOf(
  base: string,
  delta: StabilityRegion["delta"],
  cells: number,
  growthAt: (w: Plane) => Promise<readonly number[]>,
): Promise<StabilityRegion> {
  const center = ([low, high]: readonly [number, number], i: number): number =>
    low + ((i + 0.5) / cells) * (high - low);
  const grid = Array.from({ length: cells * cells }, (_, i) => [
    center(WINDOW.x, i % cells),
    center(WINDOW.y, Math.floor(i / cells)),
  ]).flat();
  const axis = Array.from({ length: 40 * REACH }, (_, i) => -(i + 1) / 40);
  const onAxis = await growthAt(axis.flatMap((x) => [x, 0]));
  const broken = onAxis.findIndex((growth, i) => (axis[i] ?? 0) <= NEAR && !(growth <= 1 + ROUNDING));
  const interval = broken < 0 ? REACH : Math.abs(axis[broken - 1] ?? 0);
  return { base, delta, growth: await growthAt(grid), cells, interval };
}

/** Nearer to 0 solutions hardly decay: there an error of g counts as growth that no long solve is lost by. */
const NEAR = -0.5;
/** What is no growth: a limit cycle of rounding. */
const ROUNDING = 1e-6;

/** The largest |z₁| of all methods and of z₀ in all directions of the unit circle, for a step of 1 with λ = w. */
async function worstGrowth(
  field: Field,
  methods: readonly FixedMethod[],
  w: Plane,
  angles: readonly number[],
  context: RunContext,
): Promise<number[]> {
  const count = w.length / 2;
  const worst = new Array<number>(count).fill(0);
  const lambda = fromNumbers(w, [count, 2], field.graph.inputs.z?.dtype);
  for (const method of methods)
    for (const angle of angles) {
      const start = Array.from({ length: count }, () => [Math.cos(angle), Math.sin(angle)]).flat();
      const z0 = fromNumbers(start, [count, 2], lambda.dtype);
      const request = { ...machineOf(context), method, span: [0, 1] as const, controls: { lambda } };
      const { states } = orThrow(await solveField(field, z0, request));
      const z1 = toFloat64(states.at(-1) as typeof z0);
      for (let i = 0; i < count; i++)
        worst[i] = Math.max(worst[i] ?? 0, Math.hypot(z1[2 * i] ?? 0, z1[2 * i + 1] ?? 0));
    }
  return worst;
}

/** States of size 0.5 to 1.5 in all directions, each with a λ of its own. */
const testStates: StateSource = {
  description: "around the unit circle, with λ uniform in a box",
  training: (count, random) => drawn(count, random.fork("training")),
  validation: (count, random) => drawn(count, random.fork("validation")),
  heldOut: (count, random) => drawn(count, random.fork("held out")),
};

function drawn(count: number, random: Random): Samples {
  const between = ([low, high]: readonly [number, number]): number => low + (high - low) * random.uniform();
  const states: number[] = [];
  const lambdas: number[] = [];
  for (let i = 0; i < count; i++) {
    const [angle, size] = [2 * Math.PI * random.uniform(), between([0.5, 1.5])];
    states.push(size * Math.cos(angle), size * Math.sin(angle));
    lambdas.push(between(LEARNED_WINDOW.x), between(LEARNED_WINDOW.y));
  }
  return {
    z0: fromNumbers(states, [count, 2]),
    controls: { lambda: fromNumbers(lambdas, [count, 2]) },
  };
}
