import { evaluateGraph, type Graph, type Node, trace, withFloat } from "../../src/graph/index.js";
import { applyOperator, type OpName, operators } from "../../src/graph/internal.js";
import { compile } from "../../src/runtime/index.js";
import { cast, isFloat, Random, type Tensor, toFloat64 } from "../../src/tensor/index.js";

/** One example of an operator; its position among those of the same seed. */
export interface OperatorCase {
  readonly op: OpName;
  readonly seed: number;
  readonly index: number;
}

/** How far ONNX Runtime's WebAssembly is from the interpreter, relative to the largest element (or to one). */
export interface OperatorDifference {
  readonly float64: number;
  readonly float32: number;
}

const leaves: ReadonlySet<OpName> = new Set<OpName>(["input", "constant"]);
const names = (Object.keys(operators) as OpName[]).filter((op) => !leaves.has(op));

/** All examples that the operators' records draw from a seed, or the first of each. */
export const operatorCases = (seed: number, count: "first" | "all"): readonly OperatorCase[] =>
  names.flatMap((op) => {
    const examples = operators[op].examples(new Random(seed));
    return examples.slice(0, count === "first" ? 1 : undefined).map((_, index) => ({ op, seed, index }));
  });

/** Computes an example by the interpreter and by the runtime of this page, in both element types. */
export async function runCase({ op, seed, index }: OperatorCase): Promise<OperatorDifference> {
  const example = operators[op].examples(new Random(seed))[index];
  if (example === undefined) throw new Error(`${op} has no example ${index}`);
  const inputs = Object.fromEntries(example.inputs.map((value, i) => [`x${i}`, value]));
  const specs = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
  );
  const graph = trace(specs, (nodes: Record<string, Node>) => ({
    y: applyOperator(op, Object.values(nodes), example.attributes as never),
  }));
  return {
    float64: await differs(graph, inputs, "float64"),
    float32: await differs(graph, inputs, "float32"),
  };
}

async function differs(
  graph: Graph,
  inputs: Readonly<Record<string, Tensor>>,
  dtype: "float64" | "float32",
): Promise<number> {
  const typed = withFloat(graph, dtype);
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, isFloat(value.dtype) ? cast(value, dtype) : value]),
  );
  const program = await compile(typed, { oneShot: true });
  const actual = (await program.run(feeds)).y;
  const expected = evaluateGraph(typed, feeds).y;
  await program.dispose();
  if (actual === undefined || expected === undefined || `${actual.shape}` !== `${expected.shape}`)
    return Number.POSITIVE_INFINITY;
  return largestDifference(toFloat64(actual), toFloat64(expected));
}

/** NaN where the other is not counts as infinite. */
function largestDifference(a: Float64Array, b: Float64Array): number {
  let [difference, scale] = [0, 1];
  for (const [i, y] of b.entries()) {
    const x = a[i] ?? Number.NaN;
    if (Object.is(x, y)) continue;
    const gap = Math.abs(x - y);
    difference = Math.max(difference, Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap);
    scale = Math.max(scale, Math.abs(y));
  }
  return difference / scale;
}
