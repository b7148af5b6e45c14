import { fail, formatShape, sizeOf } from "../../tensor/index.js";
import { stridesOf } from "../../tensor/internal.js";
import type { OperatorAttributes } from "../attributes.js";
import { forEachStrided } from "../broadcast.js";
import type { Node } from "../node.js";
import type { Emitter, Operator } from "../operator.js";
import type { SymbolicShape } from "../tensor-type.js";
import { commonDType } from "./elementwise.js";
import { example, only } from "./example.js";
import { movesElements } from "./kinds.js";

/** Joins along one axis. */
export const concat: Operator<OperatorAttributes["concat"]> = {
  ...movesElements,
  type: (inputs, { axis }) => {
    const first = only(inputs).shape;
    const others = (shape: SymbolicShape): string => formatShape(shape.filter((_, i) => i !== axis));
    if (
      inputs.some(
        ({ shape }) =>
          shape.length !== first.length || others(shape) !== others(first) || shape[axis] === "batch",
      )
    ) {
      throw fail("SHAPE_MISMATCH", {
        what: `concat on axis ${axis}`,
        expected: "equal static shapes on the other axes",
        received: inputs.map(({ shape }) => formatShape(shape)).join(", "),
      });
    }
    const total = inputs.reduce((sum, { shape }) => sum + Number(shape[axis]), 0);
    return {
      dtype: commonDType("concat", inputs),
      shape: first.map((extent, i) => (i === axis ? total : extent)),
    };
  },
  vjp: ({ inputs, attributes: { axis }, build }, g) => {
    let start = 0;
    return inputs.map(({ shape }) => {
      const from = start;
      start += Number(shape[axis]);
      const to = start;
      return () => build.slice(g, axis, from, to);
    });
  },
  jvp: ({ inputs, attributes: { axis }, build }, tangents) =>
    build.concat(
      inputs.map((x, i) => tangents[i] ?? build.zerosLike(x)),
      axis,
    ),
  encode: (emitter, inputs, _node, { axis }) => emitter.node("Concat", inputs, { axis }),
  evaluate: (inputs, { axis }, shape) => {
    const inner = sizeOf(shape.slice(axis + 1));
    const result = new Float64Array(sizeOf(shape));
    let offset = 0;
    for (const { shape: from, data } of inputs) {
      const width = (from[axis] ?? 0) * inner;
      const row = (shape[axis] ?? 0) * inner;
      for (let i = 0; i * width < data.length; i++)
        result.set(data.subarray(i * width, (i + 1) * width), i * row + offset);
      offset += width;
    }
    return result;
  },
  examples: (random) => [
    example(random, { axis: 1 }, [3, 4], [3, 2]),
    example(random, { axis: 0 }, [1, 2], [2, 2], [1, 2]),
    example(random, { axis: 2 }, [2, 1, 3], [2, 1, 1]),
  ],
};

/** Elements start (inclusive) to end (exclusive) of one axis. */
export const slice: Operator<OperatorAttributes["slice"]> = {
  ...movesElements,
  type: ([x], { axis, start, end }) => {
    const extent = x?.shape[axis];
    if (typeof extent === "number" && start >= 0 && start <= end && end <= extent) {
      return {
        dtype: x?.dtype ?? "float32",
        shape: (x?.shape ?? []).map((size, i) => (i === axis ? end - start : size)),
      };
    }
    throw fail("SHAPE_MISMATCH", {
      what: `slice ${start}:${end} of axis ${axis}`,
      expected: "a range inside a static axis",
      received: formatShape(x?.shape ?? []),
    });
  },
  vjp: ({ inputs, attributes: { axis, start, end }, build }, g) => [
    () => build.pad(g, axis, start, Number(only(inputs).shape[axis]) - end),
  ],
  jvp: ({ attributes: { axis, start, end }, build }, [t]) => t && build.slice(t, axis, start, end),
  encode: (emitter, inputs, _node, { axis, start, end }) =>
    emitter.node("Slice", [...inputs, emitter.int64([start]), emitter.int64([end]), emitter.int64([axis])]),
  evaluate: (inputs, { axis, start }, shape) => {
    const { data, shape: before } = only(inputs);
    const strides = stridesOf(before);
    const offset = start * (strides[axis] ?? 0);
    const result = new Float64Array(sizeOf(shape));
    forEachStrided(shape, strides, (to, from) => (result[to] = data[offset + from] ?? Number.NaN));
    return result;
  },
  examples: (random) => [
    example(random, { axis: 1, start: 1, end: 3 }, [3, 4]),
    example(random, { axis: 0, start: 0, end: 1 }, [2, 2]),
    example(random, { axis: 2, start: 2, end: 3 }, [2, 2, 3]),
  ],
};

/** Zeros before and after one axis. */
export const pad: Operator<OperatorAttributes["pad"]> = {
  ...movesElements,
  type: ([x], { axis, before, after }) => ({
    dtype: x?.dtype ?? "float32",
    shape: (x?.shape ?? []).map((extent, i) => (i === axis ? Number(extent) + before + after : extent)),
  }),
  vjp: ({ inputs, attributes: { axis, before }, build }, g) => [
    () => build.slice(g, axis, before, before + Number(only(inputs).shape[axis])),
  ],
  jvp: ({ attributes: { axis, before, after }, build }, [t]) => t && build.pad(t, axis, before, after),
  encode: (emitter, inputs, node, { axis, before, after }) => {
    const rank = node.shape.length;
    const pads = new Array<number>(2 * rank).fill(0);
    pads[axis] = before;
    pads[rank + axis] = after;
    return emitter.node("Pad", [...inputs, emitter.int64(pads)]);
  },
  evaluate: (inputs, { axis, before }, shape) => {
    const { data, shape: inner } = only(inputs);
    const strides = stridesOf(shape);
    const offset = before * (strides[axis] ?? 0);
    const result = new Float64Array(sizeOf(shape));
    forEachStrided(inner, strides, (from, to) => (result[offset + to] = data[from] ?? Number.NaN));
    return result;
  },
  examples: (random) => [
    example(random, { axis: 1, before: 2, after: 1 }, [3, 2]),
    example(random, { axis: 0, before: 0, after: 3 }, [2]),
  ],
};

/** Positions in equal steps are a Slice: on the last axis ONNX Runtime's Gather takes several times longer. */
function encodeGather(
  emitter: Emitter,
  inputs: readonly string[],
  node: Node,
  { axis, indices }: OperatorAttributes["gather"],
): string {
  const [first = 0, second = first + 1] = indices;
  const step = second - first;
  const even = indices.length > 0 && step !== 0 && indices.every((index, i) => index === first + i * step);
  if (!even || node.inputs[0]?.shape[axis] === "batch")
    return emitter.node("Gather", [...inputs, emitter.int64(indices)], { axis });
  const behind = first + indices.length * step;
  // Going backwards, an end of −1 would count from the back.
  const end = behind < 0 ? Number.MIN_SAFE_INTEGER : behind;
  const vectors = [[first], [end], [axis], [step]].map((values) => emitter.int64(values));
  return emitter.node("Slice", [...inputs, ...vectors]);
}

/** Picks fixed positions of one axis, in any order, repetitions allowed. */
export const gather: Operator<OperatorAttributes["gather"]> = {
  ...movesElements,
  type: ([x], { axis, indices }) => {
    const extent = Number(x?.shape[axis]);
    if (indices.every((index) => Number.isInteger(index) && index >= 0 && index < extent)) {
      return {
        dtype: x?.dtype ?? "float32",
        shape: (x?.shape ?? []).map((size, i) => (i === axis ? indices.length : size)),
      };
    }
    throw fail("SHAPE_MISMATCH", {
      what: `gather on axis ${axis}`,
      expected: `indices from 0 to ${extent - 1}`,
      received: formatShape(indices),
    });
  },
  vjp: ({ inputs, attributes: { axis, indices }, build }, g) => [
    () => build.scatterAdd(g, axis, indices, Number(only(inputs).shape[axis])),
  ],
  jvp: ({ attributes: { axis, indices }, build }, [t]) => t && build.gather(t, axis, indices),
  encode: encodeGather,
  evaluate: (inputs, { axis, indices }, shape) => {
    const { data, shape: before } = only(inputs);
    const inner = sizeOf(before.slice(axis + 1));
    const extent = before[axis] ?? 1;
    return Float64Array.from({ length: sizeOf(shape) }, (_, to) => {
      const outer = Math.floor(to / (indices.length * inner));
      const picked = indices[Math.floor(to / inner) % indices.length] ?? 0;
      return data[(outer * extent + picked) * inner + (to % inner)] ?? Number.NaN;
    });
  },
  examples: (random) => [
    example(random, { axis: 1, indices: [2, 0, 2] }, [3, 4]),
    example(random, { axis: 0, indices: [1] }, [2, 3]),
    example(random, { axis: 1, indices: [1, 3, 5] }, [3, 7]),
    example(random, { axis: 1, indices: [4, 2, 0] }, [3, 5, 2]),
  ],
};
