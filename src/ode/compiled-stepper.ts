import {
  abs,
  add,
  constant,
  div,
  less,
  maximum,
  mean,
  minimum,
  mul,
  type Node,
  not,
  type Operand,
  pow,
  reduceSum,
  sign,
  sqrt,
  square,
  sub,
  trace,
  where,
} from "../graph/index.js";
import { type CompileOptions, compile, type NamedTensors, type Program } from "../runtime/index.js";
import {
  type DType,
  firstNonFinite,
  fromNumbers,
  item,
  scalar,
  type Tensor,
  toFloat64,
} from "../tensor/index.js";
import { controlSpecs, type Field, stateType, symbolicField } from "./field.js";
import { graphAlgebra } from "./graph-algebra.js";
import { denseWeights } from "./interpolation.js";
import { embeddedStep } from "./runge-kutta.js";
import type { AdaptiveStepper } from "./stepper.js";
import type { AdaptiveTableau } from "./tableau.js";

/** Tolerances and what they apply to. */
export interface CompiledTolerance {
  readonly rtol: number;
  readonly atol: number;
  /** Overrides `AdaptiveTableau.reuseLastStage` of a method that is not FSAL. */
  readonly reuseLastStage?: boolean;
}

/** The compiled programs of adaptive stepping. */
export interface CompiledStepper {
  /** The stepper for given values of the field's controls: its attempts are runs of one program. */
  with(controls: NamedTensors): AdaptiveStepper<Tensor>;
  dispose(): Promise<void>;
}

export interface CompiledStepperOptions extends CompileOptions {
  /** Return the stages of every step, for dense output inside steps. Costs copies. Default false. */
  readonly dense?: boolean;
}

/** Inputs shared by all programs of a stepper. Their names begin with a slash, to keep apart from controls. */
interface Site {
  readonly s: Node;
  readonly y: Node;
  readonly controls: Readonly<Record<string, Node>>;
}

/**
 * Compiles the three programs of adaptive stepping: f alone, Hairer's first step, and one attempt
 * (all stages, the error norm and the new first stage in one run).
 */
export async function compiledStepper(
  tableau: AdaptiveTableau,
  field: Field,
  tolerance: CompiledTolerance,
  options: CompiledStepperOptions = {},
): Promise<CompiledStepper> {
  const { dense = false, ...compileOptions } = options;
  const errorOrder = Math.min(tableau.order, tableau.embeddedOrder) + 1;
  const helper = { ...compileOptions, hot: false };
  const programs: StepperPrograms = {
    evaluate: await compile(evaluationGraph(field), helper),
    initialStep: await compile(initialStepGraph(field, tolerance, errorOrder), helper),
    trial: await compile(trialGraph(field, tableau, tolerance, dense), { hot: true, ...compileOptions }),
  };
  const reuse = tableau.fsal || (tolerance.reuseLastStage ?? tableau.reuseLastStage);
  return {
    with: (controls) =>
      stepperOf({ tableau, programs, errorOrder, reuse, controls, dtype: stateType(field).dtype }),
    dispose: async () => {
      for (const program of Object.values(programs)) await program.dispose();
    },
  };
}

type StepperPrograms = Readonly<Record<"evaluate" | "initialStep" | "trial", Program>>;

interface StepperParts {
  readonly tableau: AdaptiveTableau;
  readonly programs: StepperPrograms;
  readonly errorOrder: number;
  /** The last stage starts the next step. */
  readonly reuse: boolean;
  readonly controls: NamedTensors;
  readonly dtype: DType;
}

function stepperOf({
  tableau,
  programs,
  errorOrder,
  reuse,
  controls,
  dtype,
}: StepperParts): AdaptiveStepper<Tensor> {
  const number = (value: number): Tensor => scalar(value, dtype);
  const bad = (value: Tensor): number | undefined => indexOrUndefined(firstNonFinite(value));
  const run = (program: Program, feeds: NamedTensors): Promise<Record<string, Tensor>> =>
    program.run({ ...controls, ...feeds });
  return {
    errorOrder,
    evaluationsPerTrial: tableau.stages - 1,
    firstBadIndex: bad,
    evaluate: async (s, y) => {
      const { k } = (await run(programs.evaluate, { "/s": number(s), "/y": y })) as { k: Tensor };
      return { k, firstBadIndex: bad(k) };
    },
    initialStep: async (s, y, k0, span) => {
      const { size } = (await run(programs.initialStep, {
        "/s": number(s),
        "/y": y,
        "/k0": k0,
        "/span": number(span),
      })) as {
        size: Tensor;
      };
      return Math.min(item(size), Math.abs(span));
    },
    trial: async (s, dt, y, k0) => {
      const results = await run(programs.trial, { "/s": number(s), "/dt": number(dt), "/y": y, "/k0": k0 });
      const { y1, last, ratio, ...stages } = results as { y1: Tensor; last: Tensor; ratio: Tensor };
      const errorRatio = item(ratio);
      const broken = Number.isFinite(errorRatio) ? undefined : (bad(y1) ?? bad(last) ?? 0);
      return {
        y1,
        k1: reuse ? last : undefined,
        errorRatio,
        firstBadIndex: broken,
        stages: Object.values(stages as NamedTensors),
      };
    },
    interpolate: ({ y0, dt, stages, k1 }, theta) =>
      interpolated(y0, dt, denseWeights(tableau, theta), [...stages, k1]),
  };
}

const indexOrUndefined = (index: number): number | undefined => (index < 0 ? undefined : index);

function siteSpecs(
  field: Field,
): Record<string, { shape: readonly (number | "batch")[]; dtype: Tensor["dtype"] }> {
  const { dtype, shape } = stateType(field);
  const controls = Object.fromEntries(
    Object.entries(controlSpecs(field)).map(([name, spec]) => [name, { dtype, ...spec }]),
  );
  return { ...controls, "/s": { shape: [], dtype }, "/y": { shape, dtype } };
}

function siteOf(inputs: Readonly<Record<string, Node>>, field: Field): Site {
  const controls = Object.fromEntries(field.roles.controls.map((name) => [name, inputs[name] as Node]));
  return { s: inputs["/s"] as Node, y: inputs["/y"] as Node, controls };
}

function evaluationGraph(field: Field): ReturnType<typeof trace> {
  return trace(siteSpecs(field), (inputs) => {
    const { s, y, controls } = siteOf(inputs, field);
    return { k: symbolicField(field, { controls })(s, y) };
  });
}

/** √mean((x/(atol + rtol·size))²) over the whole batch; an exact zero passes whatever its tolerance. */
function scaledNorm(x: Node, size: Node, { rtol, atol }: CompiledTolerance): Node {
  const tolerance = add(mul(size, rtol), atol);
  const ratio = div(x, atol > 0 ? tolerance : where(less(0, tolerance), tolerance, 1e-30));
  return sqrt(mean(square(ratio)));
}

/** One attempt: y1, the last stage and the error ratio (NaN or infinite where anything is). */
function trialGraph(
  field: Field,
  tableau: AdaptiveTableau,
  tolerance: CompiledTolerance,
  dense: boolean,
): ReturnType<typeof trace> {
  const { dtype, shape } = stateType(field);
  const specs = { ...siteSpecs(field), "/dt": { shape: [], dtype }, "/k0": { shape, dtype } };
  return trace(specs, (inputs) => {
    const { s, y, controls } = siteOf(inputs, field);
    const f = symbolicField(field, { controls });
    const { y1, stages, error } = embeddedStep<Node, Operand>(
      tableau,
      f,
      graphAlgebra,
      s,
      inputs["/dt"] as Node,
      y,
      inputs["/k0"] as Node,
    );
    const poison = reduceSum(mul(y1, 0));
    const ratio = add(scaledNorm(error, maximum(abs(y), abs(y1)), tolerance), poison);
    const all = Object.fromEntries(dense ? stages.map((stage, i) => [`stage${i}`, stage]) : []);
    return { y1, last: stages.at(-1) as Node, ratio, ...all };
  });
}

/** Hairer's choice of the first step, as `initialStepGuess` and `initialStepSize`, in one program. */
function initialStepGraph(
  field: Field,
  tolerance: CompiledTolerance,
  errorOrder: number,
): ReturnType<typeof trace> {
  const { dtype, shape } = stateType(field);
  const specs = { ...siteSpecs(field), "/k0": { shape, dtype }, "/span": { shape: [], dtype } };
  return trace(specs, (inputs) => {
    const { s, y, controls } = siteOf(inputs, field);
    const [k0, span] = [inputs["/k0"] as Node, inputs["/span"] as Node];
    const limit = abs(span);
    const size = abs(y);
    const d0 = scaledNorm(y, size, tolerance);
    const d1 = scaledNorm(k0, size, tolerance);
    const tooSmall = less(minimum(d0, d1), 1e-5);
    const guess = where(tooSmall, 1e-6, div(mul(d0, 0.01), d1));
    const h0 = minimum(where(less(guess, constant(1e30, dtype)), guess, 1e-6), limit);
    const signed = mul(h0, sign(span));
    const f1 = symbolicField(field, { controls })(add(s, signed), add(y, mul(k0, signed)));
    const d2 = div(scaledNorm(sub(f1, k0), size, tolerance), h0);
    const steepest = maximum(d1, d2);
    const flat = maximum(constant(1e-6, dtype), mul(h0, 1e-3));
    const h1 = where(less(1e-15, steepest), pow(div(constant(0.01, dtype), steepest), 1 / errorOrder), flat);
    const bounded = minimum(minimum(mul(h0, 100), h1), limit);
    return { size: where(not(less(bounded, constant(1e30, dtype))), h0, bounded) };
  });
}

/** y0 + dt Σ wᵢ kᵢ outside the graph: dense output is asked for a few times a solve. */
function interpolated(y0: Tensor, dt: number, weights: readonly number[], k: readonly Tensor[]): Tensor {
  const result = Float64Array.from(toFloat64(y0));
  k.forEach((stage, j) => {
    const weight = dt * (weights[j] ?? 0);
    const values = stage.data;
    for (let i = 0; i < result.length; i++) result[i] = (result[i] ?? 0) + weight * Number(values[i] ?? 0);
  });
  return fromNumbers(result, y0.shape, y0.dtype);
}
