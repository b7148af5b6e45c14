import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { sha256 } from "../../../src/tensor/internal.js";

test("is Node's SHA-256, over bytes of any view and texts as UTF-8", () => {
  const numbers = Float64Array.of(0.1, -2, Number.NaN, 1e300).subarray(1, 3);
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  const node = createHash("sha256").update("ż and 求").update(numbers).update(bytes).update("").digest("hex");
  expect(sha256("ż and 求", numbers, bytes, "")).toBe(node);
});

test("is the standard's of nothing and of abc", () => {
  expect(sha256()).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(sha256("a", "bc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
