import { fail, type HypersolversError, type Tensor } from "../../../tensor/index.js";
import { normalizeAxis } from "../../../tensor/internal.js";
import type { Node } from "../../node.js";
import type { Extent } from "../../tensor-type.js";
import { type Call, qualifiedName } from "./calls.js";
import { type Count, extentOf, formatCount } from "./count.js";
import { countsOf, type Data, isPacked } from "./packed.js";
import { forSamples } from "./sample-constants.js";
import { readTensor } from "./stored-tensor.js";
import {
  asFolded,
  type Fold,
  type Folded,
  foldElements,
  isFolded,
  knownValue,
  nodeOf,
  type Value,
} from "./value.js";

/** One operator application as its decoder sees it: inputs by position, attributes by name. */
export class DecodeContext {
  readonly call: Call;
  /** A node whose first axis is the batch, if the model has one. */
  readonly batchSource: Node | undefined;
  readonly #inputs: readonly (Data | undefined)[];

  constructor(call: Call, inputs: readonly (Data | undefined)[], batchSource: Node | undefined) {
    this.call = call;
    this.batchSource = batchSource;
    this.#inputs = inputs;
  }

  /** An input that may be left out. */
  optional(i: number): Value | undefined {
    const data = this.#inputs[i];
    return data && this.#plain(data);
  }

  value(i: number): Value {
    return this.#plain(this.any(i));
  }

  /** An input that may have an axis of several rows a sample. */
  any(i: number): Data {
    const value = this.#inputs[i];
    if (value !== undefined) return value;
    throw fail("MALFORMED_FILE", { what: `input ${i}`, expected: "a value", received: "none" });
  }

  values(): Value[] {
    return this.#inputs.map((_, i) => this.value(i));
  }

  #plain(data: Data): Value {
    if (!isPacked(data)) return data;
    throw fail("UNSUPPORTED_FIELD", {
      what: "shapes",
      expected: "the batch on an axis of its own",
      received: `[${countsOf(data).map(formatCount).join(", ")}]`,
    });
  }

  /** All inputs. */
  all(): Data[] {
    return this.#inputs.map((_, i) => this.any(i));
  }

  /** An input as data, with an axis of several rows a sample or without. */
  anyNode(i: number): Exclude<Data, Folded> {
    const data = this.any(i);
    return isPacked(data) ? data : this.asNode(data);
  }

  /** An input as data. */
  node(i: number): Node {
    return this.asNode(this.value(i));
  }

  optionalNode(i: number): Node | undefined {
    const value = this.optional(i);
    return value && this.asNode(value);
  }

  nodes(): Node[] {
    return this.values().map((value) => this.asNode(value));
  }

  asNode(value: Value): Node {
    const stored = asFolded(value);
    const isKnown = stored?.entries.every((entry) => typeof entry === "number") ?? false;
    const samples = stored && isKnown ? forSamples(stored, this.batchSource) : undefined;
    return samples ?? nodeOf(value, this.batchSource);
  }

  /** The result computed while importing: possible when all inputs are known and at least one is a shape computation. */
  fold(fold: Fold | undefined, result?: Folded["dtype"]): Folded | undefined {
    const inputs = this.#inputs.map((value) => (value && !isPacked(value) ? asFolded(value) : undefined));
    const known = inputs.filter((input) => input !== undefined);
    const isShapeWork = this.#inputs.some(
      (value) => value !== undefined && !isPacked(value) && isFolded(value),
    );
    return fold !== undefined && isShapeWork && known.length === inputs.length
      ? foldElements(known, fold, result)
      : undefined;
  }

  /** The same for the first input alone. */
  foldFirst(fold: Fold, result: Folded["dtype"]): Folded | undefined {
    const [first] = this.#inputs;
    return first !== undefined && !isPacked(first) && isFolded(first)
      ? foldElements([first], fold, result)
      : undefined;
  }

  /** An input that has to be known while importing, up to the batch. */
  counts(i: number, what: string): Folded {
    const folded = knownValue(this.value(i));
    if (folded !== undefined) return folded;
    throw fail("UNSUPPORTED_FIELD", {
      what,
      expected: "values that follow from shapes and constants",
      received: "values that depend on data",
    });
  }

  /** An input that has to be known while importing, without the batch. */
  integers(i: number, what: string): number[] {
    return this.counts(i, what).entries.map((entry) => this.fixed(entry, what));
  }

  fixed(entry: Count, what: string): number {
    if (typeof entry === "number") return entry;
    throw fail("UNSUPPORTED_FIELD", { what, expected: "a fixed number", received: formatCount(entry) });
  }

  /** An axis of a result has that size. Only the batch itself may be dynamic. */
  extent(count: Count | undefined, what: string): Extent {
    const extent = count === undefined ? undefined : extentOf(count);
    if (extent !== undefined) return extent;
    throw fail("UNSUPPORTED_FIELD", {
      what,
      expected: "axes of fixed size or of the size of the batch",
      received: count === undefined ? "another size" : `an axis of size ${formatCount(count)}`,
      help: "keep the batch as a leading axis of its own in the exported model",
    });
  }

  has(name: string): boolean {
    return this.call.attributes.has(name);
  }

  integer(name: string, fallback: number): number {
    const attribute = this.call.attributes.get(name);
    return attribute === undefined ? fallback : Number(attribute.i);
  }

  float(name: string, fallback: number): number {
    return this.call.attributes.get(name)?.f ?? fallback;
  }

  text(name: string, fallback: string): string {
    const attribute = this.call.attributes.get(name);
    return attribute === undefined ? fallback : new TextDecoder().decode(attribute.s);
  }

  integerList(name: string): number[] | undefined {
    return this.call.attributes.get(name)?.ints.map(Number);
  }

  floatList(name: string): readonly number[] | undefined {
    return this.call.attributes.get(name)?.floats;
  }

  tensor(name: string): Tensor | undefined {
    const stored = this.call.attributes.get(name)?.t;
    return stored && readTensor(stored, `attribute "${name}"`);
  }

  /** The `axis` attribute, made non-negative. */
  axis(rank: number, fallback: number): number {
    return normalizeAxis(this.integer("axis", fallback), rank, this.call.opType);
  }

  /** The axes from the `axis` attribute on. */
  axesFrom(rank: number, fallback: number): number[] {
    const first = this.axis(rank, fallback);
    return Array.from({ length: rank - first }, (_, i) => first + i);
  }

  /** Every axis of a tensor. */
  allAxes(rank: number): number[] {
    return [...Array(rank).keys()];
  }

  /** Axes from input `i` (newer opsets) or from the attribute (older ones), made non-negative. */
  axes(i: number, rank: number): number[] | undefined {
    return this.listedAxes(i)?.map((axis) => normalizeAxis(axis, rank, this.call.opType));
  }

  /** Axes as the file lists them, negative ones counting from the last. */
  protected listedAxes(i: number): number[] | undefined {
    return this.#inputs[i] === undefined ? this.integerList("axes") : this.integers(i, "axes");
  }

  /** This operator, but not with a part of the samples. */
  tearing(received: string): HypersolversError {
    return this.unsupported(
      received,
      "whole batches",
      "a field computes every sample for itself: points or particles of one state need an axis of their own, [batch, points, …], along which they may be cut, padded, rolled and flipped",
    );
  }

  /** This operator, but not in this way. */
  unsupported(received: string, expected?: string, help?: string): HypersolversError {
    return fail("UNSUPPORTED_OPERATOR", {
      what: qualifiedName(this.call),
      expected,
      received,
      help,
    });
  }
}
