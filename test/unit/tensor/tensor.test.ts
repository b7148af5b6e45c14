import { describe, expect, test } from "vitest";
import {
  cast,
  fail,
  formatShape,
  fromNumbers,
  isHypersolversError,
  item,
  rows,
  tensor,
} from "../../../src/tensor/index.js";
import {
  errorSentences,
  firstNonFinite,
  formatError,
  normalizeAxis,
  stridesOf,
} from "../../../src/tensor/internal.js";

describe("tensors", () => {
  test("refuse data that do not fill their shape", () => {
    expect(() => tensor("float32", [2, 3], new Float32Array(5))).toThrow(/6 elements[\s\S]*5 elements/);
    expect(tensor("float32", [], new Float32Array(1)).shape).toEqual([]);
    expect(tensor("float32", [0, 3], new Float32Array(0)).data).toHaveLength(0);
  });

  test("convert their element type by rounding, and not at all when it is the same", () => {
    const value = fromNumbers([0.1, -2.7], [2], "float64");
    expect(cast(value, "float32").data).toEqual(Float32Array.of(0.1, -2.7));
    expect(cast(value, "int64").data).toEqual(BigInt64Array.of(0n, -2n));
    expect(cast(value, "float64")).toBe(value);
  });

  test("give rows that share memory", () => {
    const value = fromNumbers([1, 2, 3, 4, 5, 6], [3, 2]);
    const part = rows(value, 1, 3);
    expect([part.shape, Array.from(part.data, Number)]).toEqual([
      [2, 2],
      [3, 4, 5, 6],
    ]);
    expect(part.data.buffer).toBe(value.data.buffer);
  });

  test("tell where the first NaN or infinity is", () => {
    expect(firstNonFinite(fromNumbers([1, Number.NEGATIVE_INFINITY, Number.NaN], [3]))).toBe(1);
    expect(firstNonFinite(fromNumbers([1, 2], [2], "int64"))).toBe(-1);
    expect(firstNonFinite(fromNumbers([], [0]))).toBe(-1);
  });

  test("have one item only when they have one element", () => {
    expect(item(fromNumbers([3], [1, 1]))).toBe(3);
    expect(() => item(fromNumbers([1, 2], [2]))).toThrow(/one element/);
    expect(() => item(fromNumbers([], [0]))).toThrow(/one element/);
  });
});

describe("shapes", () => {
  test("are row-major", () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect(stridesOf([])).toEqual([]);
    expect(formatShape(["batch", 2])).toBe("[batch, 2]");
  });

  test("count axes from either end", () => {
    expect([normalizeAxis(-1, 3, "x"), normalizeAxis(0, 3, "x")]).toEqual([2, 0]);
    for (const axis of [3, -4, 0.5, Number.NaN])
      expect(() => normalizeAxis(axis, 3, "x")).toThrow(/from -3 to 2/);
  });
});

describe("errors", () => {
  test("are data from which the message is made", () => {
    const cause = new Error("inner");
    const error = fail("SHAPE_MISMATCH", {
      what: "matmul",
      expected: "[2]",
      received: "[3]",
      help: "reshape",
      cause,
    });
    expect(error.message).toBe(formatError("SHAPE_MISMATCH", error.facts));
    expect(error.message).toBe(
      `${errorSentences.SHAPE_MISMATCH} (matmul).\n  expected: [2]\n  received: [3]\n  help: reshape`,
    );
    expect(error).toMatchObject({ name: "HypersolversError", code: "SHAPE_MISMATCH", cause });
    expect(isHypersolversError(error, "SHAPE_MISMATCH")).toBe(true);
    expect(isHypersolversError(error, "DISPOSED")).toBe(false);
    expect(isHypersolversError(cause)).toBe(false);
  });
});
