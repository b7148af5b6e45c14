import { describe, expect, test } from "vitest";
import {
  constant,
  encodeOnnx,
  evaluateGraph,
  type Graph,
  inline,
  type Node,
  type SymbolicShape,
  trace,
} from "../../src/graph/index.js";
import { applyOperator, isRowWise, type OpName, operators, simplify } from "../../src/graph/internal.js";
import {
  cast,
  fromNumbers,
  isFloat,
  isHypersolversError,
  Random,
  sizeOf,
  type Tensor,
  toFloat64,
} from "../../src/tensor/index.js";
import { stridesOf } from "../../src/tensor/internal.js";
import { relativeDifference } from "../helpers/compare.js";
import { SAME_NUMERICS } from "../helpers/tolerances.js";

interface Use {
  readonly inputs: readonly Tensor[];
  readonly attributes: object;
}

const leaves = ["input", "constant"];
const cases = (Object.keys(operators) as OpName[])
  .filter((op) => !leaves.includes(op))
  .map((op) => ({ op, facts: operators[op], uses: operators[op].examples(new Random(7)) as readonly Use[] }));

/** Their results have no axis of a batch: the weight's gradient is summed over it, an extent is one number. */
const withoutRows: ReadonlySet<OpName> = new Set<OpName>(["convWeight", "extent"]);

const feedsOf = (inputs: readonly Tensor[]): Record<string, Tensor> =>
  Object.fromEntries(inputs.map((value, i) => [`x${i}`, value]));

/** The operator alone; undefined where its type rule refuses the shapes. */
function single(
  op: OpName,
  { inputs, attributes }: Use,
  shapes: readonly SymbolicShape[] = [],
): Graph | undefined {
  const specs = Object.fromEntries(
    inputs.map(({ shape, dtype }, i) => [`x${i}`, { shape: shapes[i] ?? shape, dtype }]),
  );
  try {
    return trace(specs, (nodes) => ({ y: applyOperator(op, Object.values(nodes), attributes as never) }));
  } catch (error) {
    if (isHypersolversError(error)) return undefined;
    throw error;
  }
}

const resultOf = (op: OpName, use: Use): Tensor | undefined => {
  const graph = single(op, use);
  return graph && evaluateGraph(graph, feedsOf(use.inputs)).y;
};

/** Repeats x to a shape by an index rule of its own; undefined where it does not fit. */
function repeated(x: Tensor, shape: readonly number[]): Tensor | undefined {
  const lead = shape.length - x.shape.length;
  const fits = lead >= 0 && x.shape.every((extent, i) => extent === 1 || extent === shape[lead + i]);
  if (!fits) return undefined;
  const [from, to] = [stridesOf(x.shape), stridesOf(shape)];
  const values = Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const source = x.shape.reduce((offset, extent, i) => {
      const position = Math.floor(flat / (to[lead + i] ?? 1)) % (shape[lead + i] ?? 1);
      return offset + (extent === 1 ? 0 : position) * (from[i] ?? 0);
    }, 0);
    return Number(x.data[source]);
  });
  return fromNumbers(values, shape, x.dtype);
}

const equalValues = (a: Tensor | undefined, b: Tensor | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.shape.join() === b.shape.join() &&
  relativeDifference(toFloat64(a), toFloat64(b)) < SAME_NUMERICS;

/** One position of an axis. */
function cut(x: Tensor, axis: number, position: number): Tensor {
  const inner = stridesOf(x.shape)[axis] ?? 1;
  const values = Array.from(x.data, Number).filter(
    (_, flat) => Math.floor(flat / inner) % (x.shape[axis] ?? 1) === position,
  );
  return fromNumbers(
    values,
    x.shape.map((extent, i) => (i === axis ? 1 : extent)),
    x.dtype,
  );
}

/** All ways to take one of the choices for each. */
const combinations = <T>(choices: readonly (readonly T[])[]): readonly (readonly T[])[] =>
  choices.reduce<readonly (readonly T[])[]>(
    (lists, next) => lists.flatMap((list) => next.map((choice) => [...list, choice])),
    [[]],
  );

interface Rows {
  readonly use: Use;
  readonly graph: Graph;
  /** The batch axis of every operand that has one. */
  readonly axes: readonly (number | undefined)[];
  readonly result: number;
}

/** An example with one axis of some operands as the batch, wherever the type rule lets it pass to the result. */
function withRows(op: OpName, { inputs, attributes }: Use): Rows[] {
  const extents = new Set(inputs.flatMap(({ shape }) => shape.filter((extent) => extent > 1)));
  return [...extents].flatMap((rows) => {
    const axesOf = inputs.map(({ shape }) => [
      undefined,
      ...[...shape.keys()].filter((axis) => shape[axis] === rows),
    ]);
    return combinations(axesOf).flatMap((axes): Rows[] => {
      if (axes.every((axis) => axis === undefined)) return [];
      const shapes = inputs.map(({ shape }, i) =>
        shape.map((extent, axis) => (axis === axes[i] ? "batch" : extent)),
      );
      return targets(attributes, rows).flatMap((named): Rows[] => {
        const use = { inputs, attributes: named };
        const graph = single(op, use, shapes);
        const shape = graph?.outputs.y?.shape ?? [];
        const result = shape.indexOf("batch");
        if (graph === undefined || result < 0 || shape.lastIndexOf("batch") !== result) return [];
        return [{ use, graph, axes, result }];
      });
    });
  });
}

/** Attributes that name a shape, with the batch in it wherever it may stand. */
function targets(attributes: object, rows: number): object[] {
  if (!("shape" in attributes)) return [attributes];
  const shape = attributes.shape as readonly number[];
  const named = [...shape.keys()].filter((axis) => shape[axis] === rows);
  return [
    attributes,
    ...named.map((batch) => ({
      ...attributes,
      shape: shape.map((extent, i) => (i === batch ? "batch" : extent)),
    })),
  ];
}

/** Whether some row of the result is another when the batch is cut down to this row. */
function mixes({ use, graph, axes, result }: Rows): boolean {
  const whole = evaluateGraph(graph, feedsOf(use.inputs)).y as Tensor;
  return Array.from({ length: whole.shape[result] ?? 0 }, (_, row) => {
    const inputs = use.inputs.map((x, i) => (axes[i] === undefined ? x : cut(x, axes[i] ?? 0, row)));
    const own = evaluateGraph(graph, feedsOf(inputs)).y;
    return equalValues(own, cut(whole, result, row));
  }).includes(false);
}

describe.each(cases)("what the record of $op says", ({ op, facts, uses }) => {
  const outputs = uses.map((use) => resultOf(op, use) as Tensor);

  test("of products: multiply–accumulates, for these alone", () => {
    const counts = uses.map(({ inputs, attributes }, i) =>
      facts.macs(
        inputs.map(({ shape }) => shape),
        attributes as never,
        outputs[i]?.shape ?? [],
      ),
    );
    expect(counts.every((count) => (facts.product ? count > 0 : count === 0))).toBe(true);
  });

  test.runIf(facts.product)(
    "of products: linear in the second operand, as sums of other products with it",
    () => {
      for (const { inputs, attributes } of uses) {
        const [first, second] = inputs as [Tensor, Tensor];
        const scaled = fromNumbers(
          toFloat64(second).map((x) => -3 * x),
          second.shape,
          second.dtype,
        );
        const zero = fromNumbers(new Array(second.data.length).fill(0), second.shape, second.dtype);
        const [y, y3, y0] = [second, scaled, zero].map((b) =>
          toFloat64(resultOf(op, { inputs: [first, b, ...inputs.slice(2)], attributes }) as Tensor),
        ) as [Float64Array, Float64Array, Float64Array];
        const expected = y.map((value, i) => (y0[i] ?? 0) - 3 * (value - (y0[i] ?? 0)));
        expect(relativeDifference(y3, expected)).toBeLessThan(SAME_NUMERICS);
        expect(relativeDifference(y, y0)).toBeGreaterThan(0);
      }
    },
  );

  test("of broadcasting: operands may be repeated before or by the operator", () => {
    const small = uses.some(
      ({ inputs }, i) => inputs.length > 1 && sizeOf(inputs[0]?.shape ?? []) < (outputs[i]?.data.length ?? 0),
    );
    const same = uses.every(({ inputs, attributes }, i) => {
      const wide = inputs.map((x) => repeated(x, outputs[i]?.shape ?? []));
      return (
        wide.every((x) => x !== undefined) &&
        equalValues(resultOf(op, { inputs: wide, attributes }), outputs[i])
      );
    });
    expect(facts.broadcasts).toBe(small && same);
  });

  test("of repetition: the first operand repeated, and nothing else", () => {
    const repeats = uses.every(({ inputs: [x] }, i) =>
      equalValues(x && repeated(x, outputs[i]?.shape ?? []), outputs[i]),
    );
    const grows = uses.some(({ inputs: [x] }, i) => (x?.data.length ?? 0) < (outputs[i]?.data.length ?? 0));
    expect(facts.repeats).toBe(repeats && grows);
  });

  test("of operands that change places", () => {
    const several = uses.every(({ inputs }) => inputs.length > 1);
    const same = uses.every(({ inputs, attributes }, i) =>
      equalValues(resultOf(op, { inputs: inputs.toReversed(), attributes }), outputs[i]),
    );
    expect(facts.commutative).toBe(several && same);
  });

  test("of the neutral second operand, and simplification uses it", () => {
    const two = uses.filter(({ inputs: [x, y] }) => x && y && isFloat(x.dtype) && isFloat(y.dtype));
    const neutral = [0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].filter((value) => {
      const inert = two.every(({ inputs: [x], attributes }) => {
        const inputs = [x as Tensor, fromNumbers([value], [], "float64")];
        return equalValues(resultOf(op, { inputs, attributes }), x);
      });
      return two.length > 0 && inert;
    });
    expect(neutral).toEqual(facts.neutral === undefined ? [] : [facts.neutral]);
    if (facts.neutral === undefined) return;
    const value = facts.neutral;
    const left = trace({ x: { shape: [3, 4] } }, ({ x }) => ({
      y: applyOperator(op, [x, constant(value)], {} as never),
      z: applyOperator(op, [constant(value), x], {} as never),
    }));
    const { y, z } = simplify(left).outputs;
    expect([y === left.inputs.x, z === left.inputs.x]).toEqual([true, facts.commutative]);
  });

  test("of windows: images of four axes, and nothing else", () => {
    const images = uses.every((use) => {
      const shape = use.inputs[0]?.shape ?? [];
      return shape.length === 4 && single(op, use) && single(op, use, [shape.slice(1)]) === undefined;
    });
    expect(facts.windows).toBe(images);
  });

  test("of rows: a batch cut into rows gives the same rows, or the record says that they mix", () => {
    const cases = uses.flatMap((use) => withRows(op, use));
    expect(cases.length === 0).toBe(withoutRows.has(op));
    for (const rows of cases) {
      const { use, graph } = rows;
      const y = graph.outputs.y as Node;
      const claim = facts.mixesRows(y.inputs, use.attributes as never);
      expect({ shapes: y.inputs.map(({ shape }) => shape), mixes: claim }).toEqual({
        shapes: y.inputs.map(({ shape }) => shape),
        mixes: mixes(rows),
      });
      expect(isRowWise([y])).toBe(!claim);
    }
  });

  test.skipIf(withoutRows.has(op))(
    "of another batch extent: the application in a program of static shapes has the same value",
    () => {
      for (const { use, graph } of uses.flatMap((example) => withRows(op, example))) {
        const specs = Object.fromEntries(
          use.inputs.map(({ shape, dtype }, i) => [`x${i}`, { shape, dtype }]),
        );
        const fixed = trace(specs, (nodes) => inline(graph, nodes));
        const [symbolic, concrete] = [graph, fixed].map((g) => evaluateGraph(g, feedsOf(use.inputs)).y);
        expect(fixed.outputs.y?.shape).toEqual(symbolic?.shape);
        expect(equalValues(concrete, symbolic)).toBe(true);
        expect(encodeOnnx(fixed).length).toBeGreaterThan(0);
      }
    },
  );

  test("of simplification: the same type and value", () => {
    for (const use of uses) {
      // The last operands as constants, such as a weight or an exponent.
      const inputs = use.inputs.map((x) => (isFloat(x.dtype) ? cast(x, "float64") : x));
      const graph = trace(
        { x0: { shape: inputs[0]?.shape ?? [], dtype: inputs[0]?.dtype ?? "float64" } },
        ({ x0 }) => ({
          y: applyOperator(
            op,
            [x0 as Node, ...inputs.slice(1).map((x) => constant(x))],
            use.attributes as never,
          ),
        }),
      );
      const simple = simplify(graph);
      const feeds = { x0: inputs[0] as Tensor };
      expect(simple.outputs.y?.dtype).toBe(graph.outputs.y?.dtype);
      expect(equalValues(evaluateGraph(simple, feeds).y, evaluateGraph(graph, feeds).y)).toBe(true);
    }
  });
});

test("rows that were summed over are not rows any more", () => {
  const graph = trace({ x: { shape: ["batch", 2] }, w: { shape: [2, 2] } }, ({ x, w }) => {
    const total = applyOperator("reduceSum", [x], { axes: [0], keepDims: false });
    return {
      own: applyOperator("gemm", [x, w], { transposeA: false, transposeB: false }),
      all: applyOperator("sub", [x, total], {}),
    };
  });
  expect(isRowWise([graph.outputs.own as Node])).toBe(true);
  expect(isRowWise([graph.outputs.all as Node])).toBe(false);
});
