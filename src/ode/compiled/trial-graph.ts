import {
  abs,
  add,
  div,
  type Graph,
  type InputSpec,
  less,
  maximum,
  mean,
  mul,
  type Node,
  type Operand,
  reduceSum,
  slice,
  sqrt,
  square,
  sum,
  trace,
  where,
} from "../../graph/index.js";
import { symbolicField } from "../field/evaluate-field.js";
import { controlNodes, controlSpecs, type Field, stateType } from "../field/field.js";
import { graphAlgebraWithin } from "../methods/graph-algebra.js";
import { embeddedStep } from "../methods/runge-kutta.js";
import type { AdaptiveTableau } from "../methods/tableau.js";
import type { Tolerance } from "../plain/plain-stepper.js";
import { stiffnessTest } from "../step-control/stiffness.js";

/** Tolerances of a compiled solve; its norm is always the root mean square. */
export interface CompiledTolerance extends Omit<Tolerance, "norm"> {
  /** Columns of the state's last axis that error control sees, the first ones. Default: all. */
  readonly toleranceColumns?: number;
}

/** Numbers and states among the inputs of a program. Their names begin with a slash, to keep apart from controls. */
function specsOf(
  field: Field,
  numbers: readonly string[],
  states: readonly string[],
): Record<string, InputSpec> {
  const { dtype, shape } = stateType(field);
  return {
    ...controlSpecs(field),
    ...Object.fromEntries(numbers.map((name) => [name, { shape: [], dtype }])),
    ...Object.fromEntries(states.map((name) => [name, { shape, dtype }])),
  };
}

/** k = f(/s, /z). */
export function evaluationGraph(field: Field): Graph {
  return trace(specsOf(field, ["/s"], ["/z"]), (inputs) => {
    const f = symbolicField(field, { controls: controlNodes(field, inputs) });
    return { k: f(inputs["/s"] as Node, inputs["/z"] as Node) };
  });
}

/**
 * One attempt from (/s, /z) to /s + /dt with /k0 = f(/s, /z): y1, the last stage, and the error ratio, which is NaN or
 * infinite where anything is; where the pair has a test of stiffness, the root mean squares that it divides, times dt: bent and moved. Stage times stay between /low and /high.
 * @param dense also return all stages, as stage0, stage1, …
 */
export function trialGraph(
  field: Field,
  tableau: AdaptiveTableau,
  tolerance: CompiledTolerance,
  dense: boolean,
): Graph {
  return trace(specsOf(field, ["/s", "/dt", "/low", "/high"], ["/z", "/k0"]), (inputs) => {
    const node = (name: string): Node => inputs[name] as Node;
    const [s, dt, y] = [node("/s"), node("/dt"), node("/z")];
    const f = symbolicField(field, { controls: controlNodes(field, inputs) });
    const algebra = graphAlgebraWithin({ low: node("/low"), high: node("/high") });
    const step = embeddedStep<Node, Operand>(tableau, f, algebra, { s, dt, y, k0: node("/k0") });
    const { y1, stages, error } = step;
    const ratio = errorRatio([{ y, y1, error, tolerance }]);
    const all = Object.fromEntries(dense ? stages.map((stage, i) => [`stage${i}`, stage]) : []);
    const test = stiffnessTest(tableau);
    const size = (weights: readonly number[]): Node =>
      sqrt(mean(square(algebra.increment(dt, weights, stages))));
    const shown = test && { bent: size(test.slopes), moved: size(test.weights) };
    return { y1, last: stages.at(-1) as Node, ratio, ...shown, ...all };
  });
}

/** One part of a state in an attempted step; a part without a tolerance does not count as error. */
interface TriedPart {
  readonly y: Node;
  readonly y1: Node;
  readonly error: Node;
  readonly tolerance: CompiledTolerance | undefined;
}

/** The error norm of the worst part; NaN or infinite where anything is, in whatever part. */
export function errorRatio(parts: readonly TriedPart[]): Node {
  const norms = parts.flatMap(({ y, y1, error, tolerance }) =>
    tolerance === undefined ? [] : [errorNorm(error, maximum(abs(y), abs(y1)), tolerance)],
  );
  const poison = parts.map(({ y1 }) => reduceSum(mul(y1, 0)));
  // A maximum may lose a NaN.
  if (norms.length > 1) poison.push(mul(sum(...norms), 0));
  return sum(
    norms.reduce((a, b) => maximum(a, b)),
    ...poison,
  );
}

/**
 * √mean((x/(atol + rtol·size))²) over the whole batch. With atol = 0 a tolerance can be 0: an exact zero still passes;
 * anything else is divided by a number below all tolerances, and fails unless it is itself below that number.
 */
function errorNorm(error: Node, size: Node, { rtol, atol, toleranceColumns }: CompiledTolerance): Node {
  const seen = (x: Node): Node => (toleranceColumns === undefined ? x : slice(x, -1, 0, toleranceColumns));
  const tolerance = add(mul(seen(size), rtol), atol);
  const allowed = atol > 0 ? tolerance : where(less(0, tolerance), tolerance, SMALLEST_TOLERANCE);
  return sqrt(mean(square(div(seen(error), allowed))));
}

/** Within the range of float32. */
const SMALLEST_TOLERANCE = 1e-30;
