import { fail, formatShape, isFloat, sizeOf } from "../../tensor/index.js";
import { stridesOf } from "../../tensor/internal.js";
import type { OperatorAttributes } from "../attributes.js";
import { forEachBroadcast, forEachStrided, repeatedAxes } from "../broadcast.js";
import { isOp, type Node } from "../node.js";
import type { Emitter, Operator } from "../operator.js";
import { type Extent, type SymbolicShape, sameType } from "../tensor-type.js";
import { example, only } from "./example.js";
import { movesElements } from "./kinds.js";

/** Same elements in the same order under another shape. */
export const reshape: Operator<OperatorAttributes["reshape"]> = {
  ...movesElements,
  type: ([x], { shape }) => {
    const before = x?.shape ?? [];
    const product = (extents: SymbolicShape): number =>
      sizeOf(extents.filter((extent) => extent !== "batch"));
    const batches = (extents: SymbolicShape): number => extents.filter((extent) => extent === "batch").length;
    if (product(before) === product(shape) && batches(before) === batches(shape))
      return { dtype: only([x])?.dtype ?? "float32", shape };
    throw fail("SHAPE_MISMATCH", {
      what: "reshape",
      expected: `as many elements as ${formatShape(before)}`,
      received: formatShape(shape),
    });
  },
  vjp: ({ inputs, build }, g) => [() => build.reshape(g, only(inputs).shape)],
  jvp: ({ attributes, build }, [t]) => t && build.reshape(t, attributes.shape),
  encode: (emitter, inputs, node, { shape }) =>
    emitter.node("Reshape", [...inputs, emitter.int64(reshapeTarget(only(node.inputs).shape, shape))]),
  evaluate: ([x]) => x?.data ?? new Float64Array(),
  examples: (random) => [
    example(random, { shape: [4, 3] }, [3, 4]),
    example(random, { shape: [2, 6] }, [2, 3, 2]),
    example(random, { shape: [] }, [1, 1]),
  ],
  mixesRows: ([x], { shape }) => elementsBefore(x?.shape ?? []) !== elementsBefore(shape),
  convert: ({ inputs, attributes: { shape }, build }, { batch }) =>
    build.reshape(only(inputs), withBatch(shape, batch)),
  simplify: ({ inputs: [x], output, build }) => {
    if (x && sameType(x, output)) return x;
    const [before] = x?.op === "reshape" ? x.inputs : [];
    return before && build.reshape(before, output.shape);
  },
};

/** How many elements lie between two rows that follow each other in the same place of an earlier axis, counted in rows. */
const elementsBefore = (shape: SymbolicShape): number =>
  sizeOf(shape.slice(0, Math.max(0, shape.indexOf("batch"))).map(Number));

/** A shape with the symbolic extent resolved. */
const withBatch = (shape: SymbolicShape, batch: Extent = "batch"): SymbolicShape =>
  shape.map((extent) => (extent === "batch" ? batch : extent));

/** ONNX: 0 copies the input's extent at that axis (works for an empty batch too), −1 infers it. */
function reshapeTarget(before: SymbolicShape, after: SymbolicShape): number[] {
  return after.map((extent, axis) => {
    if (extent !== "batch") return extent;
    return before[axis] === "batch" ? 0 : -1;
  });
}

/** Reorders axes: result axis i is input axis permutation[i]. */
export const transpose: Operator<OperatorAttributes["transpose"]> = {
  ...movesElements,
  type: ([x], { permutation }) => {
    const shape = x?.shape ?? [];
    if (permutation.length === shape.length && new Set(permutation).size === shape.length) {
      return { dtype: x?.dtype ?? "float32", shape: permutation.map((axis) => shape[axis] ?? 1) };
    }
    throw fail("SHAPE_MISMATCH", {
      what: "transpose",
      expected: `a permutation of ${shape.length} axes`,
      received: formatShape(permutation),
    });
  },
  vjp: ({ attributes: { permutation }, build }, g) => [
    () =>
      build.transpose(
        g,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
  ],
  jvp: ({ attributes, build }, [t]) => t && build.transpose(t, attributes.permutation),
  encode: (emitter, inputs, _node, { permutation }) =>
    emitter.node("Transpose", inputs, { perm: permutation }),
  evaluate: (inputs, { permutation }, shape) => {
    const { data, shape: before } = only(inputs);
    const strides = stridesOf(before);
    const result = new Float64Array(data.length);
    forEachStrided(
      shape,
      permutation.map((axis) => strides[axis] ?? 0),
      (to, from) => {
        result[to] = data[from] ?? Number.NaN;
      },
    );
    return result;
  },
  examples: (random) => [
    example(random, { permutation: [1, 0] }, [3, 4]),
    example(random, { permutation: [2, 0, 1] }, [2, 3, 4]),
  ],
  simplify: ({ inputs: [x], attributes: { permutation }, build }) => {
    if (x && isOp(x, "transpose")) {
      const first = x.attributes.permutation;
      return build.transpose(
        only(x.inputs),
        permutation.map((axis) => first[axis] ?? 0),
      );
    }
    return permutation.every((axis, i) => axis === i) ? x : undefined;
  },
};

/** Repeats along new or one-sized axes. A second input lends its batch extent where the shape has one. */
export const expand: Operator<OperatorAttributes["expand"]> = {
  ...movesElements,
  repeats: true,
  type: ([x, like], { shape }) => {
    if (gainsBatch(x?.shape ?? [], shape) && like?.shape.includes("batch") !== true) {
      throw fail("INVALID_GRAPH", {
        what: "expand",
        expected: "a second input with a batch axis",
        received: formatShape(like?.shape ?? []),
      });
    }
    return { dtype: x?.dtype ?? "float32", shape };
  },
  vjp: ({ inputs, build }, g) => [() => build.unbroadcast(g, only(inputs).shape)],
  jvp: ({ inputs: [, like], attributes, build }, [t]) => t && build.expand(t, attributes.shape, like),
  encode: encodeExpand,
  evaluate: ([x], _attributes, shape) => {
    const result = new Float64Array(sizeOf(shape));
    forEachBroadcast(x?.shape ?? [], shape, (to, from) => (result[to] = x?.data[from] ?? Number.NaN));
    return result;
  },
  examples: (random) => [
    example(random, { shape: [3, 4] }, [4]),
    example(random, { shape: [2, 3, 4] }, [3, 1]),
    example(random, { shape: [2] }, []),
  ],
  convert: ({ inputs: [x, like], attributes: { shape }, build }, { batch }) =>
    x && build.expand(x, withBatch(shape, batch), like),
  simplify: ({ inputs: [x], output }) => (x && sameType(x, output) ? x : undefined),
};

/** Whether an axis of the result is the batch where the input has one element or no axis. */
const gainsBatch = (before: SymbolicShape, after: SymbolicShape): boolean =>
  repeatedAxes(before, after).some((axis) => after[axis] === "batch");

/** Expand broadcasts both ways, so a 1 in the target keeps the input's batch. */
function encodeExpand(
  emitter: Emitter,
  inputs: readonly string[],
  node: Node,
  { shape }: OperatorAttributes["expand"],
): string {
  const [x = "", like = ""] = inputs;
  const before = only(node.inputs).shape;
  const fixed = (extents: SymbolicShape): string =>
    emitter.int64(extents.map((extent) => (extent === "batch" ? 1 : extent)));
  if (!gainsBatch(before, shape)) return emitter.node("Expand", [x, fixed(shape)]);
  const lent = node.inputs[1]?.shape.indexOf("batch") ?? 0;
  const batch = emitter.node("Shape", [like], { start: lent, end: lent + 1 });
  const grown = new Set(repeatedAxes(before, shape));
  const parts: string[] = [];
  let run: Extent[] = [];
  const flush = (): void => {
    if (run.length > 0) parts.push(fixed(run));
    run = [];
  };
  for (const [axis, extent] of shape.entries()) {
    if (extent !== "batch" || !grown.has(axis)) run.push(extent);
    else {
      flush();
      parts.push(batch);
    }
  }
  flush();
  const [first = batch, ...rest] = parts;
  return emitter.node("Expand", [x, rest.length === 0 ? first : emitter.node("Concat", parts, { axis: 0 })]);
}

/** The extent of one axis as a scalar: a constant unless the axis is the batch. */
export const extent: Operator<OperatorAttributes["extent"]> = {
  ...movesElements,
  type: (_inputs, { dtype }) => ({ dtype, shape: [] }),
  vjp: () => [undefined],
  jvp: () => undefined,
  encode: (emitter, inputs, _node, { axis, dtype }) => {
    const size = emitter.node("Reshape", [
      emitter.node("Shape", inputs, { start: axis, end: axis + 1 }),
      emitter.int64([]),
    ]);
    return dtype === "int64" ? size : emitter.node("Cast", [size], { to: dtype === "float64" ? 11 : 1 });
  },
  evaluate: ([x], { axis }) => Float64Array.of(x?.shape[axis] ?? 1),
  examples: (random) => [example(random, { axis: 0, dtype: "float64" }, [3, 4])],
  convert: ({ inputs, attributes: { axis, dtype }, build }, { float = dtype }) =>
    build.extent(only(inputs), axis, isFloat(dtype) ? float : dtype),
};
