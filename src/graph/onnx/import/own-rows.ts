import { fromNumbers, sizeOf } from "../../../tensor/index.js";
import * as build from "../../build.js";
import { isOp, type Node } from "../../node.js";
import type { Extent } from "../../tensor-type.js";
import type { DecodeContext } from "./context.js";
import { type Data, inSampleOrder, isPacked, type Packed, pack } from "./packed.js";
import { elementsOf, fromStart } from "./places.js";
import { valuesForRows } from "./row-numbers.js";

/**
 * Positions among all rows of a batch, `size` of them a sample, as positions inside each sample. Exporters write
 * `x[torch.arange(b)[:, None], i]` as rows row·size + i of x without its batch axis, and so do people for neighbors in
 * clouds of points and for edges of graphs.
 * @returns undefined where the positions are no such sum.
 */
export function insideSamples(positions: Node, size: number, source: Node): Node | undefined {
  const own = (node: Node): Node | undefined => {
    const known = knownInside(node, size);
    if (known !== undefined) return build.expand(known, node.shape, source);
    const [first, second] = node.inputs;
    if (first === undefined) return undefined;
    if (isOp(node, "add") && second !== undefined) {
      const left = own(first);
      if (left !== undefined) return build.add(left, second);
      const right = own(second);
      return right && build.add(first, right);
    }
    const x =
      isOp(node, "reshape") || isOp(node, "transpose") || isOp(node, "expand") ? own(first) : undefined;
    if (x === undefined) return undefined;
    if (isOp(node, "transpose")) return build.transpose(x, node.attributes.permutation);
    return isOp(node, "reshape") ? build.reshape(x, node.shape) : build.expand(x, node.shape, source);
  };
  return own(positions);
}

/** Positions that no data decides, of one sample, where they are the same in all: the batch is an axis of one element. */
function knownInside(node: Node, size: number): Node | undefined {
  const at = node.shape.indexOf("batch");
  if (at < 0) return undefined;
  const shape = node.shape.map((extent, axis) => (axis === at ? 1 : Number(extent)));
  const width = sizeOf(shape.slice(at + 1));
  const [one, ...more] = [1, 2, 3].map((rows) => {
    const row = (i: number): number => Math.floor(i / width) % rows;
    const values = valuesForRows(node, rows)?.data.map((entry, i) => entry - size * row(i));
    const first = values?.filter((_, i) => row(i) === 0);
    const agree = values?.every((entry, i) => {
      const outer = Math.floor(i / (width * rows));
      return entry === first?.[outer * width + (i % width)];
    });
    return agree ? first : undefined;
  });
  const agree = more.every((values) => values?.every((entry, i) => entry === one?.[i]));
  return one && agree ? build.constant(fromNumbers([...one], shape, "int64")) : undefined;
}

/** Rows of a packed first axis at positions that each sample has among its own. */
export function gatherOwnRows(context: DecodeContext, data: Packed, asked: Data): Data | undefined {
  const x = inSampleOrder(data);
  const indices = isPacked(asked) ? inSampleOrder(asked) : context.asNode(asked);
  if (x === undefined || indices?.shape[0] !== "batch") return undefined;
  const size = Number(x.shape[1]);
  const labels = insideSamples(indices, size, x);
  if (labels === undefined) return undefined;
  const [shape, rest] = [labels.shape.slice(1), x.shape.slice(2)];
  const fixed = samePositions(labels, size);
  const picked =
    fixed === undefined
      ? elementsOf(x, fromStart(labels, size), { size, shape, rest })
      : build.gather(x, 1, fixed);
  return inFileOrder(build.reshape(picked, ["batch", ...shape, ...rest]), isPacked(asked));
}

/** Positions that no data decides and all samples share. */
function samePositions(labels: Node, size: number): number[] | undefined {
  const data = valuesForRows(labels, 3)?.data;
  const count = (data?.length ?? 0) / 3;
  if (data === undefined || data.some((entry, i) => entry !== data[i % count])) return undefined;
  return [...data.slice(0, count)].map((entry) => (entry < 0 ? entry + size : entry));
}

/**
 * Operands [rows·batch, …] of an operator along their rows as [batch, rows, …], positions as those inside each sample.
 * @param positions which operand names rows of the first one.
 * @returns undefined where some operand has its rows in another order.
 */
export function samplesOf(operands: readonly Data[], positions: number): Node[] | undefined {
  const nodes = operands.map((data) => (isPacked(data) ? inSampleOrder(data) : undefined));
  const [x] = nodes;
  const indices = nodes[positions];
  const own = x && indices && insideSamples(indices, Number(x.shape[1]), x);
  const whole = nodes.map((node, i) => (i === positions ? own : node)).filter((node) => node !== undefined);
  return whole.length === operands.length ? whole : undefined;
}

/** [batch, rows, …] as the file has it: rows of the samples behind each other, or as they are. */
export function inFileOrder(node: Node, isFlat: boolean): Data {
  if (!isFlat) return node;
  const [batch = 1, ...rest]: readonly Extent[] = node.shape;
  return pack(build.reshape(node, [1, batch, ...rest]), 0);
}
