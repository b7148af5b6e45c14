import { add, mul, type NamedNodes, type Node, trace, transpose } from "../../graph/index.js";
import type { Field, FixedMethod, Span } from "../../ode/index.js";
import { controlSpecs, graphAlgebraWithin, planMesh, stateType, stepsOf } from "../../ode/internal.js";
import { type CompileOptions, compile, type NamedTensors } from "../../runtime/index.js";
import { cast, fail, type Tensor } from "../../tensor/index.js";
import { type ErrorPredictor, predictedErrors } from "./error-predictor.js";
import { rowNorms, traitsOf } from "./traits.js";

/** States at the end of a solve, with scores: how far off its own steps say they are. */
export interface ScoredStates {
  /** [n, …]. */
  readonly end: Tensor;
  /** One a sample, at least 0, in units of the state; NaN for a sample that broke. */
  readonly scores: Float64Array;
}

/** A solve with scores, ready to run. */
export interface CompiledScoredSolve {
  /** @throws SHAPE_MISMATCH. */
  run(z0: Tensor, controls?: NamedTensors): Promise<ScoredStates>;
  dispose(): Promise<void>;
}

/**
 * Prepares a solve in fixed steps that scores every sample by what its steps know of their errors: Σ ‖ε^(p+1) g‖₂, the size of
 * what a correction added, or Σ ‖y1 − ŷ1‖₂, the difference of an embedded pair. Costs nothing on top of a corrected solve; an
 * FSAL pair in fixed steps evaluates f once more a step. A score is no bound: `calibrateErrors` makes one of it.
 * @throws INVALID_ARGUMENT for a method that has neither, or a span that does not go with its grid.
 */
export const compileScoredSolve = (
  field: Field,
  method: FixedMethod,
  span: Span,
  options: CompileOptions = {},
): Promise<CompiledScoredSolve> => compileEnds(field, method, span, "own", options);

/**
 * Where scores come from. `none`: all are 0, for methods that know nothing of their errors; a predictor: the errors it
 * predicts from traits; `traits`: 0 as well, with traits to learn a predictor from.
 */
export type Scoring = "own" | "none" | "traits" | ErrorPredictor;

/** Ends and scores with traits, [n, traits], where scores come from them. */
export interface TracedStates extends ScoredStates {
  readonly traits: Tensor | undefined;
}

/** A solve that returns them. */
export interface CompiledTracedSolve extends CompiledScoredSolve {
  run(z0: Tensor, controls?: NamedTensors): Promise<TracedStates>;
}

/** `compileScoredSolve` by any score; samples that broke always have NaN. */
export async function compileEnds(
  field: Field,
  method: FixedMethod,
  span: Span,
  scoring: Scoring,
  options: CompileOptions,
): Promise<CompiledTracedSolve> {
  const { dtype } = stateType(field);
  const graph = trace({ "/z0": stateType(field), ...controlSpecs(field) }, (inputs: NamedNodes) => {
    const { "/z0": start, ...controls } = inputs;
    const { traits, ...known } = scoredEnds(field, method, span, scoring, { z0: start as Node, controls });
    return traits === undefined ? known : { ...known, traits };
  });
  const joins = Object.fromEntries(Object.keys(graph.outputs).map((name) => [name, "rows"] as const));
  const program = await compile(graph, { hot: true, ...options }, joins);
  return {
    run: async (z0, controls = {}) => {
      const outputs = await program.run({ ...controls, "/z0": cast(z0, dtype) });
      const end = outputs.end as Tensor;
      return { end, scores: ofWhole(outputs.scores as Tensor, end), traits: outputs.traits };
    },
    dispose: () => program.dispose(),
  };
}

/** The solve as nodes: states at its end, [batch, …], scores, [batch], and the traits that they come from, if they do. */
export function scoredEnds(
  field: Field,
  method: FixedMethod,
  span: Span,
  scoring: Scoring,
  { z0, controls }: { readonly z0: Node; readonly controls: NamedNodes },
): { readonly end: Node; readonly scores: Node; readonly traits?: Node } {
  const { mesh } = planMesh(method.grid, { span });
  const algebra = graphAlgebraWithin({ low: Math.min(...mesh), high: Math.max(...mesh) });
  const site = { steps: stepsOf(mesh), z0, controls, algebra, estimate: scoring === "own" };
  const records = method.scheme(field).solve(site);
  const end = records.at(-1)?.z1 ?? z0;
  const nothing = mul(rowNorms(z0), 0);
  if (scoring === "none") return { end, scores: nothing };
  if (scoring !== "own") {
    const traits = traitsOf({ z0, controls, end, records });
    return {
      end,
      traits: transpose(traits),
      scores: scoring === "traits" ? nothing : predictedErrors(traits, scoring),
    };
  }
  const doubts = records.map(({ correction, error }) => {
    const doubt = correction ?? error;
    if (doubt !== undefined) return rowNorms(doubt);
    throw fail("INVALID_ARGUMENT", {
      what: "method of a scored solve",
      expected: "a correction, or a pair with an error estimate",
      received: method.text,
    });
  });
  const [first = nothing, ...others] = doubts;
  return { end, scores: others.reduce((sum, doubt) => add(sum, doubt), first) };
}

/** Scores, NaN where a number of the sample is not finite. Loops: this is done for every solve. */
function ofWhole(scores: Tensor, end: Tensor): Float64Array {
  const whole = new Float64Array(scores.data as Float32Array | Float64Array);
  const data = end.data as Float32Array | Float64Array;
  const width = data.length / Math.max(1, whole.length);
  for (let row = 0, i = 0; row < whole.length; row++) {
    // Zero of what is finite, else NaN.
    let nothing = 0;
    for (const stop = i + width; i < stop; i++) nothing += 0 * (data[i] as number);
    (whole[row] as number) += nothing;
  }
  return whole;
}
