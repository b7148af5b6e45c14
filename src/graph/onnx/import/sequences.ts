import { fail } from "../../../tensor/index.js";
import { normalizeAxis } from "../../../tensor/internal.js";
import type { Node } from "../../node.js";
import { type Call, qualifiedName } from "./calls.js";
import { DecodeContext } from "./context.js";
import { addCounts, type Count, divideCounts, multiplyCounts } from "./count.js";
import { reshaped } from "./movement.js";
import { countsOf, type Data } from "./packed.js";
import { concat, partsOf } from "./selection.js";

/**
 * Lists of tensors. PyTorch's newer exporter writes `x.chunk(2)` as SplitToSequence and SequenceAt; a list never leaves the
 * file, so it is taken apart while importing.
 */
export class Sequences {
  readonly #lists = new Map<string, readonly Data[]>();

  /** Whether the call makes or takes a list. */
  has({ opType, domain, inputs }: Call): boolean {
    return domain === "" && (sequenceOperators.has(opType) || inputs.some((name) => this.#lists.has(name)));
  }

  /**
   * @param dataOf the data of a name.
   * @returns data for the call's output, unless that is a list.
   */
  decode(call: Call, dataOf: (name: string) => Data, batchSource: Node | undefined): readonly Data[] {
    const [first = "", ...rest] = call.inputs;
    const [output = ""] = call.outputs;
    const listed = this.#lists.get(first);
    const context = new DecodeContext(
      call,
      call.inputs.map((name) => (name === "" || this.#lists.has(name) ? undefined : dataOf(name))),
      batchSource,
    );
    switch (call.opType) {
      case "SplitToSequence":
        this.#lists.set(output, split(context));
        return [];
      case "SequenceConstruct":
        this.#lists.set(output, context.all());
        return [];
      case "Identity":
        this.#lists.set(output, listed ?? []);
        return [];
      case "SequenceAt":
        if (listed !== undefined && rest.length === 1) return [at(context, listed)];
        break;
      case "ConcatFromSequence":
        if (listed !== undefined) return [joined(context, listed)];
    }
    throw fail("UNSUPPORTED_OPERATOR", {
      what: qualifiedName(call),
      expected: "a list that is split, put together or picked from",
      received: `inputs ${call.inputs.join(", ")}`,
    });
  }
}

/** Operators that are known here, beside Identity. */
export const sequenceOperators: ReadonlySet<string> = new Set([
  "SplitToSequence",
  "SequenceConstruct",
  "SequenceAt",
  "ConcatFromSequence",
]);

function at(context: DecodeContext, list: readonly Data[]): Data {
  const [position = 0] = context.integers(1, "position");
  const found = list[position < 0 ? position + list.length : position];
  if (found !== undefined) return found;
  throw context.unsupported(`position ${position}`, `positions below ${list.length}`);
}

/** Behind each other along an axis, a new one where the node says so, as `torch.stack` does. */
function joined(context: DecodeContext, list: readonly Data[]): Data {
  const { call, batchSource } = context;
  const isNew = context.integer("new_axis", 0) !== 0;
  const parts = list.map((data) => {
    const counts = countsOf(data);
    const axis = normalizeAxis(context.integer("axis", 0), counts.length + 1, call.opType);
    return isNew ? reshaped(context, data, [...counts.slice(0, axis), 1, ...counts.slice(axis)]) : data;
  });
  return concat(new DecodeContext(call, parts, batchSource));
}

/** Parts of one size each (the last perhaps smaller), of given sizes, or single positions with their axis dropped. */
function split(context: DecodeContext): Data[] {
  const counts = countsOf(context.any(0));
  const axis = context.axis(counts.length, 0);
  const size = counts[axis] ?? 0;
  const given = context.optional(1) && context.counts(1, "split");
  const sizes = given?.shape.length === 1 ? given.entries : equalParts(context, size, given?.entries[0] ?? 1);
  const parts = partsOf(context, axis, sizes);
  // The standard ignores keepdims beside given sizes. ONNX Runtime does not for one size, and torch.unbind counts on it.
  const single = sizes.every((part) => part === 1) && given?.shape.length !== 1;
  if (!single || context.integer("keepdims", 1) !== 0) return parts;
  return parts.map((part) =>
    reshaped(
      context,
      part,
      counts.filter((_, other) => other !== axis),
    ),
  );
}

function equalParts(context: DecodeContext, size: Count, each: Count): Count[] {
  const count = divideCounts(size, each);
  if (typeof count !== "number")
    throw context.unsupported("parts whose number depends on the batch", "a fixed number");
  const whole = new Array<Count>(count).fill(each);
  const rest = addCounts(size, multiplyCounts(each, count) ?? 0, -1);
  return rest === 0 ? whole : [...whole, rest];
}
