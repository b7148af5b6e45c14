import { describe, expect, test } from "vitest";
import {
  evaluateGraph,
  type Graph,
  gradient,
  jvp,
  mul,
  type Node,
  reduceSum,
  trace,
  vjp,
  withFloat,
} from "../../src/graph/index.js";
import { applyOperator, type OpName, operators } from "../../src/graph/internal.js";
import { compile } from "../../src/runtime/index.js";
import {
  cast,
  draw,
  fromNumbers,
  isFloat,
  Random,
  sizeOf,
  type Tensor,
  tensor,
  toFloat64,
} from "../../src/tensor/index.js";
import { expectClose, relativeDifference } from "../helpers/compare.js";
import { FINITE_DIFFERENCE, FLOAT32_FORWARD, SAME_NUMERICS } from "../helpers/tolerances.js";

const feedsOf = (inputs: readonly Tensor[]): Record<string, Tensor> =>
  Object.fromEntries(inputs.map((value, i) => [`x${i}`, value]));

const names = Object.keys(operators) as OpName[];
const cases = names.flatMap((op) =>
  operators[op].examples(new Random(7)).map((example, i) => ({ title: `${op} #${i}`, op, ...example })),
);

/** What nothing flows back through. */
const withoutDerivative: ReadonlySet<OpName> = new Set<OpName>([
  "constant",
  "equal",
  "extent",
  "input",
  "less",
  "not",
  "stopGradient",
  "topPositions",
]);

/** The operator alone, as a graph. */
function single(op: OpName, inputs: readonly Tensor[], attributes: object): Graph {
  const specs = Object.fromEntries(inputs.map(({ shape, dtype }, i) => [`x${i}`, { shape, dtype }]));
  return trace(specs, (nodes) => ({ y: applyOperator(op, Object.values(nodes), attributes as never) }));
}

const perturbed = (value: Tensor, direction: Float64Array, step: number): Tensor =>
  tensor(
    "float64",
    value.shape,
    toFloat64(value).map((x, i) => x + step * (direction[i] ?? 0)),
  );

const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((total, x, i) => total + x * (b[i] ?? 0), 0);

describe.each(cases)("$title", ({ op, inputs, attributes }) => {
  const graph = single(op, inputs, attributes);
  const random = new Random(11);
  const y = graph.outputs.y as Node;
  const output = evaluateGraph(graph, feedsOf(inputs)).y as Tensor;
  const floats = inputs.flatMap(({ dtype }, i) => (isFloat(dtype) ? [i] : []));
  const reached = floats.filter((i) => {
    const application = { inputs: y.inputs, output: y, attributes: y.attributes, build: {} as never };
    return operators[op].vjp(application, y)[i] !== undefined;
  });

  test("has a derivative, unless its values are in steps or its inputs are not numbers", () => {
    expect(reached.length === 0).toBe(withoutDerivative.has(op));
  });

  test("infers the shape that it computes", () => {
    expect(y.shape).toEqual(output.shape);
  });

  test.runIf(reached.length > 0)("jvp equals central differences", () => {
    const step = 1e-5;
    const directions = inputs.map(({ data }) => Float64Array.from(draw(data.length, () => random.normal())));
    const tangents = trace(
      Object.fromEntries([
        ...inputs.map(({ shape, dtype }, i) => [`x${i}`, { shape, dtype }] as const),
        ...reached.map(
          (i) => [`t${i}`, { shape: inputs[i]?.shape ?? [], dtype: "float64" as const }] as const,
        ),
      ]),
      (all) => {
        const x = inputs.map((_, i) => all[`x${i}`] as Node);
        const out = applyOperator(op, x, attributes as never);
        const [tangent] = jvp(
          [out],
          reached.map((i) => x[i] as Node),
          reached.map((i) => all[`t${i}`] as Node),
        );
        return { tangent: tangent as Node };
      },
    );
    const feeds = feedsOf(inputs);
    for (const i of reached)
      feeds[`t${i}`] = tensor("float64", inputs[i]?.shape ?? [], directions[i] ?? new Float64Array());
    const at = (sign: number): Float64Array =>
      toFloat64(
        evaluateGraph(
          graph,
          feedsOf(
            inputs.map((value, i) =>
              reached.includes(i)
                ? perturbed(value, directions[i] ?? new Float64Array(), sign * step)
                : value,
            ),
          ),
        ).y as Tensor,
      );
    const plus = at(1);
    const minus = at(-1);
    const expected = plus.map((value, i) => (value - (minus[i] ?? 0)) / (2 * step));
    const actual = evaluateGraph(tangents, feeds).tangent as Tensor;
    expect(actual.shape).toEqual(output.shape);
    expect(relativeDifference(toFloat64(actual), expected)).toBeLessThan(FINITE_DIFFERENCE);
  });

  test.runIf(reached.length > 0)("vjp is the transpose of jvp, and reverse over forward works", () => {
    const cotangent = fromNumbers(
      draw(output.data.length, () => random.normal()),
      output.shape,
      "float64",
    );
    const specs = Object.fromEntries([
      ...inputs.map(({ shape, dtype }, i) => [`x${i}`, { shape, dtype }] as const),
      ["g", { shape: output.shape, dtype: "float64" as const }] as const,
    ]);
    const adjoint = trace(specs, (all) => {
      const x = inputs.map((_, i) => all[`x${i}`] as Node);
      const wrt = reached.map((i) => x[i] as Node);
      const out = applyOperator(op, x, attributes as never);
      const first = vjp([out], [all.g as Node], wrt);
      const [forward] = jvp([out], wrt, first);
      const second = gradient(reduceSum(mul(forward as Node, all.g as Node)), wrt);
      return Object.fromEntries([
        ...first.map((node, i) => [`first${i}`, node]),
        ...second.map((node, i) => [`second${i}`, node]),
      ]);
    });
    const feeds = { ...feedsOf(inputs), g: cotangent };
    const results = evaluateGraph(adjoint, feeds);
    const step = 1e-5;
    for (const [position, i] of reached.entries()) {
      const cotangents = results[`first${position}`] as Tensor;
      expect(cotangents.shape).toEqual(inputs[i]?.shape);
      const direction = Float64Array.from(draw(cotangents.data.length, () => random.normal()));
      const at = (sign: number, name: string): Float64Array =>
        toFloat64(
          evaluateGraph(name === "y" ? graph : adjoint, {
            ...feeds,
            [`x${i}`]: perturbed(inputs[i] as Tensor, direction, sign * step),
          })[name] as Tensor,
        );
      const slope =
        (inner(at(1, "y"), toFloat64(cotangent)) - inner(at(-1, "y"), toFloat64(cotangent))) / (2 * step);
      const expected = inner(toFloat64(cotangents), direction);
      expect(Math.abs(expected - slope)).toBeLessThan(FINITE_DIFFERENCE * Math.max(1, Math.abs(slope)) * 10);
    }
    expect(
      Object.values(results).every(({ data }) => Array.from(data as Float64Array).every(Number.isFinite)),
    ).toBe(true);
  });

  test.each(["float64", "float32"] as const)(
    "ONNX Runtime agrees with the reference in %s",
    async (dtype) => {
      const typed = withFloat(graph, dtype);
      const feeds = Object.fromEntries(
        Object.entries(feedsOf(inputs)).map(([name, value]) => [
          name,
          isFloat(value.dtype) ? cast(value, dtype) : value,
        ]),
      );
      const program = await compile(typed, { oneShot: true });
      const actual = (await program.run(feeds)).y as Tensor;
      const expected = evaluateGraph(typed, feeds).y as Tensor;
      expectClose(actual, expected, dtype === "float64" ? SAME_NUMERICS : FLOAT32_FORWARD);
      expect(sizeOf(actual.shape)).toBe(actual.data.length);
      await program.dispose();
    },
  );
});
