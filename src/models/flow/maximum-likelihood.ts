import {
  type CompiledGradient,
  compileGradient,
  type Field,
  type GradientOptions,
  logDensityField,
  type Method,
  type Span,
} from "../../ode/index.js";
import {
  type LogDensityField,
  type LogDensityOptions,
  NOISE_CONTROL,
  resolveMethod,
  stateType,
  withStepControl,
} from "../../ode/internal.js";
import type { Optimizer } from "../../optim/index.js";
import { type CompileOptions, compile, type NamedTensors, type Program } from "../../runtime/index.js";
import { cast, fail, isBroken, item, Random, type Tensor, unlessItBreaks } from "../../tensor/index.js";
import { compileOutsideGradient } from "../outside-gradient.js";
import type { BaseDistribution } from "./base-distribution.js";
import { likelihoodLossGraph } from "./likelihood-loss.js";
import { drawNoise } from "./noise.js";
import { DEFAULT_NOISE, type NoiseKind } from "./noise-kinds.js";
import { TRAINING_TOLERANCES } from "./tolerances.js";
import type { FlowTrainer } from "./trainer.js";

/** How the likelihood is solved, differentiated and regularized. */
export interface LikelihoodOptions {
  readonly base: BaseDistribution;
  readonly span: Span;
  readonly optimizer: Optimizer;
  readonly clipNorm?: number;
  readonly averageDecay?: number;
  /** Method (default, and tolerances that its spelling does not say: dopri5 at 1e-5) and kind of gradient. */
  readonly solver?: Pick<GradientOptions, "method" | "adjoint" | "signal" | "onStep">;
  readonly estimator?: LogDensityOptions["estimator"];
  /** Of Hutchinson's estimator. Default `rademacher`. */
  readonly noise?: NoiseKind;
  /** Weight of ∫‖f‖² ds in the loss. Default 0: left out. */
  readonly kinetic?: number;
  /** Weight of ∫‖∂f/∂z‖²_F ds in the loss. Default 0: left out. */
  readonly frobenius?: number;
  /** Error control on z alone, not on the log-density and the regularizers. Default false. */
  readonly toleranceOnState?: boolean;
  readonly seed?: number;
}

/**
 * Training by maximum likelihood: the log-density field is solved from data to base, and the gradient of
 * −mean log p(x) goes back through the solve.
 * @param machine with `parallel: "batch"` threads share the rows of the batch: with 256 or more that is faster.
 * @throws as `compileGradient`; INVALID_ARGUMENT for weights that are not finite numbers of at least 0.
 */
export async function compileMaximumLikelihood(
  field: Field,
  options: LikelihoodOptions,
  machine: CompileOptions = {},
): Promise<FlowTrainer> {
  const programs = await compilePrograms(field, options, { hot: true, ...machine });
  const { noise = DEFAULT_NOISE, seed = 0 } = options;
  const { solve, loss, update } = programs;
  return {
    get iteration() {
      return update.iteration;
    },
    step: (x, learningRate) => {
      const random = new Random(seed).fork(`noise ${update.iteration}`);
      return iterate(programs, x, learningRate, noiseControls(programs.augmented, x, noise, random));
    },
    parameters: () => update.parameters(),
    averaged: () => update.averaged(),
    state: () => update.state(),
    restore: (state) => update.restore(state),
    dispose: async () => {
      await solve.dispose();
      await loss.dispose();
      await update.dispose();
    },
  };
}

/** The programs of one iteration, in the order in which they run. */
interface LikelihoodPrograms {
  readonly augmented: LogDensityField;
  readonly solve: CompiledGradient;
  /** From the state at the base. */
  readonly loss: Program;
  readonly update: Awaited<ReturnType<typeof compileOutsideGradient>>;
}

async function compilePrograms(
  field: Field,
  options: LikelihoodOptions,
  compileOptions: CompileOptions,
): Promise<LikelihoodPrograms> {
  const { base, span, kinetic = 0, frobenius = 0, estimator } = options;
  for (const [what, weight] of Object.entries({ kinetic, frobenius })) requireWeight(what, weight);
  const augmented = logDensityField(field, {
    kinetic: kinetic > 0,
    frobenius: frobenius > 0,
    estimator,
  });
  const solve = await compileGradient(augmented.field, {
    ...compileOptions,
    ...solverOf(options, augmented.dimension),
    span: [span[1], span[0]],
  });
  const lossGraph = likelihoodLossGraph(augmented, { base, span, kinetic, frobenius });
  const loss = await compile(lossGraph, compileOptions);
  const { optimizer, clipNorm, averageDecay } = options;
  const update = await compileOutsideGradient(
    { parameters: field.parameters, optimizer, clipNorm, averageDecay },
    compileOptions,
  );
  return { augmented, solve, loss, update };
}

/** Hutchinson's noise for every row of x; nothing where the divergence is exact. */
function noiseControls(
  { estimator, dimension, field }: LogDensityField,
  { shape: [count = 0] }: Tensor,
  noise: NoiseKind,
  random: Random,
): NamedTensors {
  if (estimator !== "hutchinson") return {};
  return { [NOISE_CONTROL]: cast(drawNoise(noise, [count, dimension], random), stateType(field).dtype) };
}

async function iterate(
  { augmented, solve, loss, update }: LikelihoodPrograms,
  x: Tensor,
  learningRate: number,
  controls: NamedTensors,
): ReturnType<FlowTrainer["step"]> {
  const { dtype } = stateType(augmented.field);
  let seen: NamedTensors = {};
  const cotangent = async (states: readonly Tensor[]): Promise<Tensor> => {
    seen = await loss.run({ state: states.at(-1) as Tensor });
    return cast(seen.cotangent as Tensor, dtype);
  };
  const start = augmented.start(x);
  const result = await unlessItBreaks(
    solve.run(start, cotangent, { controls, parameters: update.parameters() }),
  );
  if (isBroken(result)) return { ...untaken, broken: result };
  const value = (name: string): number => item(seen[name] as Tensor);
  const names = ["nll", ...Object.keys(augmented.columns).filter((name) => name !== "logDensity")];
  const seenHere = {
    loss: value("loss"),
    nfe: result.solution.statistics.nfe,
    backwardNfe: result.backward.nfe,
    metrics: Object.fromEntries(names.map((name) => [name, value(name)])),
  };
  // The optimizer sees the gradient alone, which can be finite where the loss is not.
  if (!Number.isFinite(seenHere.loss)) return { ...untaken, ...seenHere };
  const { taken, gradientNorm } = await update.step(result.parameters, learningRate);
  return { ...seenHere, gradientNorm, taken };
}

const untaken = { loss: Number.NaN, gradientNorm: Number.NaN, taken: false, metrics: {} } as const;

function requireWeight(what: string, weight: number): void {
  if (weight >= 0 && weight < Infinity) return;
  throw fail("INVALID_ARGUMENT", {
    what,
    expected: "a finite number, at least 0",
    received: String(weight),
  });
}

/** The method with its defaults; on the way there and back, error control may have to see z alone. */
function solverOf(
  { solver = {}, toleranceOnState = false }: LikelihoodOptions,
  dimension: number,
): Pick<GradientOptions, "method" | "adjoint" | "signal" | "onStep"> {
  const seen = (method: Method): Method =>
    toleranceOnState ? withStepControl(method, { toleranceColumns: dimension }) : method;
  const method = seen(resolveMethod(solver.method, TRAINING_TOLERANCES));
  const { adjoint } = solver;
  if (typeof adjoint !== "object" || adjoint.method === undefined) return { ...solver, method };
  const tolerances = method.kind === "adaptive" ? method : TRAINING_TOLERANCES;
  const back = resolveMethod(adjoint.method, tolerances);
  return { ...solver, method, adjoint: { ...adjoint, method: back.kind === "fixed" ? back : seen(back) } };
}
