import { draw, fail, formatShape, fromNumbers, type Random, type Shape, sizeOf } from "../../tensor/index.js";
import type { NoAttributes, OperatorAttributes } from "../attributes.js";
import type { Node } from "../node.js";
import type { Emitter, Example, Operator, ReferenceValue } from "../operator.js";
import type { SymbolicShape } from "../tensor-type.js";
import { example } from "./example.js";
import { movesElements } from "./kinds.js";

/** @throws SHAPE_MISMATCH, DTYPE_MISMATCH unless integer indices go with x on all axes but the last. */
function requireIndices(what: string, [x, indices]: readonly Node[], expected: SymbolicShape): void {
  const given = indices?.shape ?? [];
  if (formatShape(given) !== formatShape(expected) || given.length === 0 || given.at(-1) === "batch") {
    throw fail("SHAPE_MISMATCH", {
      what,
      expected: `indices ${formatShape(expected)} with a static last axis`,
      received: `${formatShape(given)} for ${formatShape(x?.shape ?? [])}`,
    });
  }
  if (indices?.dtype !== "int64")
    throw fail("DTYPE_MISMATCH", { what, expected: "int64 indices", received: indices?.dtype ?? "none" });
}

/** Calls `visit(flat position in the narrow tensor, flat position in the wide one)` for every index. */
function forEachIndex(
  indices: ReferenceValue | undefined,
  width: number,
  visit: (narrow: number, wide: number) => void,
): void {
  const count = indices?.shape.at(-1) ?? 1;
  for (const [i, index] of (indices?.data ?? new Float64Array()).entries())
    visit(i, Math.floor(i / count) * width + index);
}

/** Elements of the last axis by an index tensor: x [..., m], indices [..., p] -> [..., p]. */
export const gatherElements: Operator<NoAttributes> = {
  ...movesElements,
  type: (inputs) => {
    const [x, indices] = inputs;
    const shape = [...(x?.shape ?? []).slice(0, -1), indices?.shape.at(-1) ?? 1];
    requireIndices("gatherElements", inputs, shape);
    return { dtype: x?.dtype ?? "float32", shape };
  },
  vjp: ({ inputs: [x, indices], build }, g) => [
    x && indices && (() => build.scatterElements(g, indices, Number(x.shape.at(-1)))),
    undefined,
  ],
  jvp: ({ inputs: [, indices], build }, [t]) => t && indices && build.gatherElements(t, indices),
  encode: (emitter, inputs) => emitter.node("GatherElements", inputs, { axis: -1 }),
  evaluate: ([x, indices], _attributes, shape) => {
    const result = new Float64Array(sizeOf(shape));
    forEachIndex(indices, x?.shape.at(-1) ?? 1, (to, from) => (result[to] = x?.data[from] ?? Number.NaN));
    return result;
  },
  examples: (random) => uses(random, {}, ([width, count]) => [width, count]),
};

/** The transpose of `gatherElements`: g [..., p] added up at indices [..., p] -> [..., size]. */
export const scatterElements: Operator<OperatorAttributes["scatterElements"]> = {
  ...movesElements,
  type: (inputs, { size }) => {
    const shape = inputs[0]?.shape ?? [];
    requireIndices("scatterElements", inputs, shape);
    return { dtype: inputs[0]?.dtype ?? "float32", shape: [...shape.slice(0, -1), size] };
  },
  vjp: ({ inputs: [, indices], build }, u) => [
    indices && (() => build.gatherElements(u, indices)),
    undefined,
  ],
  jvp: ({ inputs: [, indices], attributes: { size }, build }, [t]) =>
    t && indices && build.scatterElements(t, indices, size),
  encode: (emitter, [g = "", indices = ""], node) =>
    emitter.node("ScatterElements", [zeros(emitter, g, node), indices, g], { axis: -1, reduction: "add" }),
  evaluate: ([g, indices], { size }, shape) => {
    const result = new Float64Array(sizeOf(shape));
    forEachIndex(indices, size, (from, to) => {
      result[to] = (result[to] ?? 0) + (g?.data[from] ?? Number.NaN);
    });
    return result;
  },
  examples: (random) => uses(random, { size: 5 }, ([, count]) => [count, count]),
};

/** Zeros of the result's shape; a batch comes from the input at run time. */
function zeros(emitter: Emitter, g: string, { dtype, shape }: Node): string {
  const size = Number(shape.at(-1));
  const leading = emitter.node("Shape", [g], { end: -1 });
  const target = emitter.node("Concat", [leading, emitter.int64([size])], { axis: 0 });
  return emitter.node("Expand", [emitter.scalar(0, dtype), target]);
}

/** Uses with indices that repeat and leave some out. */
function uses(
  random: Random,
  attributes: Example["attributes"],
  widths: (sizes: readonly [number, number]) => readonly [number, number],
): readonly Example[] {
  const leading: readonly Shape[] = [[], [3], [2, 3]];
  return leading.map((axes) => {
    const [width, count] = widths([5, 4]);
    const { inputs } = example(random, attributes, [...axes, width]);
    const picks = draw(sizeOf(axes) * count, () => Math.floor(5 * random.uniform()));
    return { attributes, inputs: [...inputs, fromNumbers(picks, [...axes, count], "int64")] };
  });
}
