import { draw, fromNumbers, type Random, type Shape, sizeOf } from "../../tensor/index.js";
import { stridesOf } from "../../tensor/internal.js";
import type { ReductionAttributes } from "../attributes.js";
import { forEachStrided } from "../broadcast.js";
import type { Builder } from "../builder.js";
import type { Node } from "../node.js";
import type { Example, Operator, ReferenceValue } from "../operator.js";
import type { SymbolicShape } from "../tensor-type.js";
import { movesElements } from "./kinds.js";
import { encodeSum } from "./sum-encode.js";

function reducedShape(shape: SymbolicShape, { axes, keepDims }: ReductionAttributes): SymbolicShape {
  const reduced = new Set(axes);
  return keepDims
    ? shape.map((extent, axis) => (reduced.has(axis) ? 1 : extent))
    : shape.filter((_, axis) => !reduced.has(axis));
}

/** Gives a reduced tensor its reduced axes back, with extent 1, so that it broadcasts against the input. */
function restoreAxes(build: Builder, reduced: Node, input: Node, attributes: ReductionAttributes): Node {
  return build.reshape(reduced, reducedShape(input.shape, { ...attributes, keepDims: true }));
}

function reduce(
  [input]: readonly ReferenceValue[],
  { axes }: ReductionAttributes,
  shape: Shape,
  initial: number,
  combine: (total: number, value: number) => number,
): Float64Array {
  const result = new Float64Array(sizeOf(shape)).fill(initial);
  if (input === undefined) return result;
  const kept = input.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  forEachStrided(input.shape, strides, (from, to) => {
    result[to] = combine(result[to] ?? 0, input.data[from] ?? Number.NaN);
  });
  return result;
}

/** Σ over axes. */
export const reduceSum: Operator<ReductionAttributes> = {
  ...movesElements,
  type: ([x], attributes) => ({
    dtype: x?.dtype ?? "float32",
    shape: reducedShape(x?.shape ?? [], attributes),
  }),
  vjp: ({ inputs: [x], attributes, build }, g) => [
    x && (() => build.broadcastLike(restoreAxes(build, g, x, attributes), x)),
  ],
  jvp: ({ attributes, build }, [t]) => t && build.reduceSum(t, attributes.axes, attributes.keepDims),
  encode: (emitter, [x = ""], node, { axes, keepDims }) => {
    const { dtype, shape } = node.inputs[0] ?? node;
    return encodeSum(emitter, { name: x, dtype, shape }, axes, keepDims);
  },
  evaluate: (inputs, attributes, shape) =>
    reduce(inputs, attributes, shape, 0, (total, value) => total + value),
  examples,
};

/** Maximum over axes; the derivative is shared equally by equal maxima. */
export const reduceMax: Operator<ReductionAttributes> = {
  ...movesElements,
  type: reduceSum.type,
  vjp: ({ inputs: [x], output, attributes, build }, g) => [
    x && (() => build.mul(restoreAxes(build, g, x, attributes), maximumShares(build, x, output, attributes))),
  ],
  jvp: ({ inputs: [x], output, attributes, build }, [t]) =>
    x &&
    t &&
    build.reduceSum(
      build.mul(t, maximumShares(build, x, output, attributes)),
      attributes.axes,
      attributes.keepDims,
    ),
  encode: (emitter, inputs, _node, { axes, keepDims }) =>
    emitter.node("ReduceMax", inputs, { axes, keepdims: Number(keepDims) }),
  evaluate: (inputs, attributes, shape) =>
    reduce(inputs, attributes, shape, Number.NEGATIVE_INFINITY, Math.max),
  examples,
};

/** 1/m at each of the m equal maxima, else 0. */
function maximumShares(build: Builder, x: Node, output: Node, attributes: ReductionAttributes): Node {
  const mask = build.cast(build.equal(x, restoreAxes(build, output, x, attributes)), x.dtype);
  return build.div(mask, build.reduceSum(mask, attributes.axes, true));
}

function examples(random: Random): readonly Example[] {
  const cases: readonly { shape: Shape; axes: readonly number[] }[] = [
    { shape: [3, 4], axes: [0] },
    { shape: [3, 4], axes: [1] },
    { shape: [2, 3, 4], axes: [0, 2] },
    { shape: [5], axes: [0] },
    { shape: [3, 2, 4], axes: [0, 1] },
    { shape: [2, 25, 48], axes: [0, 1, 2] },
    { shape: [2, 25, 48, 3], axes: [1, 2] },
  ];
  return cases.flatMap(({ shape, axes }) =>
    [true, false].map((keepDims) => ({
      inputs: [
        fromNumbers(
          draw(sizeOf(shape), () => random.normal()),
          shape,
          "float64",
        ),
      ],
      attributes: { axes, keepDims },
    })),
  );
}
