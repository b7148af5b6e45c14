import * as build from "../../build.js";
import type { DecodeContext } from "./context.js";
import { type Count, formatCount } from "./count.js";
import {
  align,
  countsOf,
  type Data,
  factorsOf,
  isPacked,
  type Packed,
  pack,
  rankOf,
  unpacked,
} from "./packed.js";

/** Rows from start to end of a packed axis, both whole batches: what guidance splits off again. */
export function partOfRows(context: DecodeContext, data: Packed, start: Count, end: Count): Data {
  const { packed, axis } = data;
  const { outer, inner } = factorsOf(data);
  const from = places(start, inner);
  const to = typeof end === "number" && end > 2 ** 31 - 2 ? outer : places(end, inner);
  if (from === undefined || to === undefined || from < 0 || to > outer || from > to) {
    const rows = formatCount(countsOf(data)[axis] ?? 1);
    const wanted = `rows ${formatCount(start)} to ${formatCount(end)} of ${rows}`;
    throw context.unsupported(wanted, "whole batches");
  }
  return pack(build.slice(packed, axis, from, to), axis);
}

/** How many whole batches so many rows are, where `inner` rows of a sample follow each other. */
function places(count: Count, inner: number): number | undefined {
  if (count === 0) return 0;
  if (typeof count === "number" || count.constant !== 0 || count.perRow % inner !== 0) return undefined;
  return count.perRow / inner;
}

const besideSamples =
  "keep what is no sample on an axis of its own: torch.cat([token.expand(z.shape[0], 1, -1), z], 1)";

/** Joined along another axis, or batch behind batch along the packed one. */
export function concatPacked(context: DecodeContext, parts: readonly Data[], axis: number): Data {
  if (parts.some((data) => isPacked(data) && data.axis !== axis)) return beside(context, parts, axis);
  const rows = parts.map((data) => {
    if (isPacked(data)) return data;
    const node = context.asNode(data);
    if (node.shape[axis] === "batch") return unpacked(node, axis);
    const sizes = parts.map((part) => formatCount(countsOf(part)[axis] ?? 1)).join(" and ");
    throw context.unsupported(`${sizes} rows behind each other`, "whole batches", besideSamples);
  });
  const inner = new Set(rows.map((data) => factorsOf(data).inner));
  if (inner.size > 1)
    throw context.unsupported("rows in different orders", "rows in the same order of samples");
  const nodes = rows.map(({ packed }) => packed);
  return pack(build.concat(nodes, axis), axis);
}

/** All parts have the same rows; the axis is another one. */
function beside(context: DecodeContext, parts: readonly Data[], axis: number): Data {
  const guide = parts.find(isPacked) as Packed;
  const rank = rankOf(guide);
  const nodes = align(parts).map((value) => context.asNode(value ?? context.value(0)));
  if (parts.some((data) => rankOf(data) !== rank))
    throw context.unsupported("parts of other ranks", `rank ${rank}`);
  const { outer, inner } = factorsOf(guide);
  const at = guide.axis;
  const whole = nodes.map((node) => {
    const shape = [...node.shape];
    shape.splice(at, 3, outer, "batch", inner);
    return build.expand(node, shape, guide.packed);
  });
  return pack(build.concat(whole, axis < at ? axis : axis + 2), at);
}
