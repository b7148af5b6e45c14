import {
  add,
  mul,
  type NamedNodes,
  type Node,
  reduceSum,
  reshape,
  sqrt,
  square,
  trace,
} from "../../graph/index.js";
import type { Field, FixedMethod, Span } from "../../ode/index.js";
import { controlSpecs, graphAlgebraWithin, planMesh, stateType, stepsOf } from "../../ode/internal.js";
import { type CompileOptions, compile, type NamedTensors } from "../../runtime/index.js";
import { cast, fail, type Tensor, toFloat64 } from "../../tensor/index.js";
import { firstNonFinite } from "../../tensor/internal.js";

/** States at the end of a solve, and how much its own steps doubt them. */
export interface ScoredStates {
  /** [n, …]. */
  readonly end: Tensor;
  /** One a sample, at least 0, in units of the state. */
  readonly scores: Float64Array;
}

/** A solve with scores, ready to run. */
export interface CompiledScoredSolve {
  /** @throws SHAPE_MISMATCH; NON_FINITE. */
  run(z0: Tensor, controls?: NamedTensors): Promise<ScoredStates>;
  dispose(): Promise<void>;
}

/**
 * Prepares a solve in fixed steps that scores every sample by what its steps know of their errors: Σ ‖ε^(p+1) g‖₂, the size of
 * what a correction added, or Σ ‖y1 − ŷ1‖₂, the difference of an embedded pair. Costs nothing on top of a corrected solve; an
 * FSAL pair in fixed steps evaluates f once more a step. A score is no bound: `calibrateErrors` makes one of it.
 * @throws INVALID_ARGUMENT for a method that has neither, or a span that does not go with its grid.
 */
export async function compileScoredSolve(
  field: Field,
  method: FixedMethod,
  span: Span,
  options: CompileOptions = {},
): Promise<CompiledScoredSolve> {
  const { mesh } = planMesh(method.grid, { span });
  const { dtype } = stateType(field);
  const algebra = graphAlgebraWithin({ low: Math.min(...mesh), high: Math.max(...mesh) });
  const graph = trace({ "/z0": stateType(field), ...controlSpecs(field) }, (inputs: NamedNodes) => {
    const { "/z0": start, ...controls } = inputs;
    const z0 = start as Node;
    const site = { steps: stepsOf(mesh), z0, controls, algebra, estimate: true };
    const records = method.scheme(field).solve(site);
    const doubts = records.map(({ correction, error }) => {
      const doubt = correction ?? error;
      if (doubt !== undefined) return rowNorms(doubt);
      throw fail("INVALID_ARGUMENT", {
        what: "method of a scored solve",
        expected: "a correction, or a pair with an error estimate",
        received: method.text,
      });
    });
    const end = records.at(-1)?.z1 ?? z0;
    const [first = mul(rowNorms(z0), 0), ...others] = doubts;
    return { end, scores: others.reduce((sum, doubt) => add(sum, doubt), first) };
  });
  const program = await compile(graph, { hot: true, ...options }, { end: "rows", scores: "rows" });
  return {
    run: async (z0, controls = {}) => {
      const outputs = await program.run({ ...controls, "/z0": cast(z0, dtype) });
      const [end, scores] = [outputs.end as Tensor, outputs.scores as Tensor];
      const bad = [end, scores].map(firstNonFinite).find((index) => index >= 0);
      if (bad === undefined) return { end, scores: toFloat64(scores) };
      throw fail("NON_FINITE", { what: `scored solve by ${method.text}`, received: `element ${bad}` });
    },
    dispose: () => program.dispose(),
  };
}

/** Euclidean norms of samples, [batch]. */
function rowNorms(x: Node): Node {
  const axes = x.shape.slice(1).map((_, i) => i + 1);
  return reshape(sqrt(reduceSum(square(x), axes, false)), [x.shape[0] ?? 1]);
}
