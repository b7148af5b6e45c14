import { fail } from "../../../tensor/index.js";
import { normalizeAxis } from "../../../tensor/internal.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import type { Call } from "./calls.js";
import { DecodeContext } from "./context.js";
import { formatCount } from "./count.js";
import type { Decoder } from "./decoder.js";
import { align, countsOf, type Data, factorsOf, isPacked, nodeAxis, type Packed, pack } from "./packed.js";
import { isFolded, type Value } from "./value.js";

/** A call as a decoder sees it that knows nothing of packed axes: axes of the file become those of the node. */
class PackedContext extends DecodeContext {
  readonly #guide: Packed;

  constructor(
    call: Call,
    inputs: readonly (Value | undefined)[],
    batchSource: Node | undefined,
    guide: Packed,
  ) {
    super(call, inputs, batchSource);
    this.#guide = guide;
  }

  override axis(rank: number, fallback: number): number {
    return this.#mapped(this.integer("axis", fallback), rank);
  }

  override axesFrom(rank: number, fallback: number): number[] {
    const first = normalizeAxis(this.integer("axis", fallback), rank - 2, this.call.opType);
    if (first <= this.#guide.axis) throw mixing(this.#guide);
    return super.axesFrom(rank, fallback);
  }

  override axes(i: number, rank: number): number[] | undefined {
    return this.listedAxes(i)?.map((axis) => this.#mapped(axis, rank));
  }

  override allAxes(): number[] {
    throw mixing(this.#guide);
  }

  #mapped(axis: number, rank: number): number {
    const own = normalizeAxis(axis, rank - 2, this.call.opType);
    if (own === this.#guide.axis) throw mixing(this.#guide);
    return nodeAxis(this.#guide, own);
  }
}

/** @throws UNSUPPORTED_FIELD always: an operator along an axis of several rows. */
export function mixing(data: Packed): Error {
  return fail("UNSUPPORTED_FIELD", {
    what: `axis ${data.axis}`,
    expected: "samples that stay apart",
    received: `an operation along ${formatCount(countsOf(data)[data.axis] ?? 1)} rows, which joins samples`,
    help: "a field computes every row of the batch for itself; of rows n·b + i of a sample b, b has to be torch.arange(batch)",
  });
}

/** Where the decoder of an operator does not know of packed axes itself, what its fact says. */
export function decodePacked(
  decoder: Decoder,
  call: Call,
  inputs: readonly (Data | undefined)[],
  batchSource: Node | undefined,
): readonly Data[] {
  const guide = inputs.find((data): data is Packed => data !== undefined && isPacked(data));
  if (guide === undefined || decoder.rows === "own")
    return [decoder.decode(new DecodeContext(call, inputs, batchSource))].flat();
  if (decoder.rows === "pointwise" || decoder.rows === "axes") {
    const plain = decoder.rows === "pointwise" ? align(inputs) : inputs.map(onlyNode);
    const results = [decoder.decode(new PackedContext(call, plain, batchSource, guide))].flat();
    return results.map((result) => repacked(result));
  }
  if (decoder.rows === "images" && guide.axis === 0)
    return eachRow(decoder, call, inputs, batchSource, guide);
  throw fail("UNSUPPORTED_FIELD", {
    what: "shapes",
    expected: "the batch on an axis of its own",
    received: `[${countsOf(guide).map(formatCount).join(", ")}]`,
  });
}

const onlyNode = (data: Data | undefined): Value | undefined =>
  data !== undefined && isPacked(data) ? data.packed : data;

function repacked(result: Data): Data {
  if (isPacked(result) || isFolded(result)) return result;
  const batch = (result.shape as readonly unknown[]).indexOf("batch");
  return batch < 0 ? result : pack(result, batch - 1);
}

/** More copies of an operator than anybody stacks for guidance or an ensemble. */
const mostCopies = 64;

/** The operator on the rows of every place in turn: [outer, batch, inner, …] as outer·inner batches. */
function eachRow(
  decoder: Decoder,
  call: Call,
  inputs: readonly (Data | undefined)[],
  batchSource: Node | undefined,
  guide: Packed,
): Data[] {
  const { outer, inner } = factorsOf(guide);
  if (outer * inner > mostCopies) throw mixing(guide);
  const columns = Array.from({ length: outer * inner }, (_, place) => {
    const at = inputs.map((data) =>
      data !== undefined && isPacked(data)
        ? rowAt(data, guide, Math.floor(place / inner), place % inner)
        : data,
    );
    return [decoder.decode(new DecodeContext(call, at, batchSource))].flat();
  });
  return (columns[0] ?? []).map((_, output) => {
    const parts = columns.map((results) => {
      const result = results[output] as Data;
      if (isPacked(result) || isFolded(result) || result.shape[0] !== "batch") throw mixing(guide);
      return build.reshape(result, [1, "batch", 1, ...result.shape.slice(1)]);
    });
    const [first] = parts;
    const joined = build.concat(parts, 0);
    if (inner === 1 || first === undefined) return { packed: joined, axis: 0 };
    const rest = first.shape.slice(3);
    const split = build.reshape(joined, [outer, inner, "batch", ...rest]);
    const order = [0, 2, 1, ...rest.map((_extent, i) => 3 + i)];
    return { packed: build.transpose(split, order), axis: 0 };
  });
}

function rowAt(data: Packed, guide: Packed, outer: number, inner: number): Node {
  const [own, wanted] = [factorsOf(data), factorsOf(guide)];
  if (data.axis !== 0 || own.outer !== wanted.outer || own.inner !== wanted.inner) throw mixing(data);
  const { packed } = data;
  const row = build.slice(build.slice(packed, 0, outer, outer + 1), 2, inner, inner + 1);
  return build.reshape(row, ["batch", ...packed.shape.slice(3)]);
}
