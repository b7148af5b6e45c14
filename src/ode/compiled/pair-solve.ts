import { type NamedNodes, type Node, trace } from "../../graph/index.js";
import { type CompileOptions, compile, type NamedTensors } from "../../runtime/index.js";
import { cast, fail, type Tensor } from "../../tensor/index.js";
import { firstNonFinite } from "../../tensor/internal.js";
import { controlNodes, type Field, stateType } from "../field/field.js";
import { graphAlgebraWithin } from "../methods/graph-algebra.js";
import type { ReversibleMethod } from "../methods/reversible/method.js";
import type { Pair } from "../methods/reversible/pair-step.js";
import type { MethodCost } from "../methods/scheme.js";
import { planMesh } from "../problem/grid.js";
import { type Span, stepsOf } from "../problem/mesh.js";
import { prepared, runtimeOptions } from "./compiled-options.js";
import { rowsOf, STATE_INPUT, specsOf } from "./compiled-steps.js";

/** Both states of a reversible method at the end, and what the way there cost. */
export interface PairSolution extends Pair<Tensor> {
  readonly cost: MethodCost;
}

/** A solve of pairs ready to run. */
export interface CompiledPairSolve {
  /**
   * @param pair both states at the start, [batch, …]; a solve from one state begins with it twice.
   * @throws SHAPE_MISMATCH; NON_FINITE.
   */
  run(pair: Pair<Tensor>, controls?: NamedTensors): Promise<PairSolution>;
  dispose(): Promise<void>;
}

const COMPANION_INPUT = "/companion";

/**
 * Prepares a solve that starts from both states of a reversible method and ends in both, as one program: what the method's
 * `inverse()` makes of the end, over the span turned round, is the start to rounding.
 * @throws INVALID_ARGUMENT for a span that does not go with the method's points.
 */
export async function compilePairSolve(
  field: Field,
  method: ReversibleMethod,
  span: Span,
  options: CompileOptions = {},
): Promise<CompiledPairSolve> {
  const { mesh } = planMesh(method.grid, { span });
  const scheme = method.scheme(field);
  const algebra = graphAlgebraWithin({ low: Math.min(...mesh), high: Math.max(...mesh) });
  const specs = { ...specsOf(field), [COMPANION_INPUT]: stateType(field) };
  const graph = trace(specs, (inputs: NamedNodes) => {
    const [z0, companion] = [inputs[STATE_INPUT] as Node, inputs[COMPANION_INPUT] as Node];
    const records = scheme.solve({
      steps: stepsOf(mesh),
      z0,
      companion,
      controls: controlNodes(field, inputs),
      algebra,
    });
    const end = records.at(-1);
    return { y: end?.z1 ?? z0, z: end?.companion ?? companion };
  });
  const program = await compile(graph, { hot: true, ...runtimeOptions(options) }, rowsOf(graph));
  const cost = scheme.pairCost(mesh.length - 1);
  return {
    run: async (pair, controls = {}) => {
      const [start, companion] = [prepared(field, pair.y), prepared(field, pair.z)];
      const { y, z } = await program.run({
        ...controls,
        [STATE_INPUT]: start,
        [COMPANION_INPUT]: companion,
      });
      const end = { y: cast(y as Tensor, start.dtype), z: cast(z as Tensor, start.dtype) };
      const bad = [end.y, end.z].map(firstNonFinite).find((index) => index >= 0);
      if (bad === undefined) return { ...end, cost };
      throw fail("NON_FINITE", { what: `solve by ${method.text}`, received: `element ${bad} at the end` });
    },
    dispose: () => program.dispose(),
  };
}
