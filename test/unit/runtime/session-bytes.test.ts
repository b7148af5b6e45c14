import { expect, test } from "vitest";
import { add, conv, type Node, reshape, tanh, trace } from "../../../src/graph/index.js";
import { peakBytes, sessionBytes } from "../../../src/runtime/session-bytes.js";

test("a chain holds two results at once, however long", () => {
  const chain = (length: number) =>
    trace({ x: { shape: ["batch", 10] } }, ({ x }) => {
      let y = x as Node;
      for (let i = 0; i < length; i++) y = tanh(y);
      return { y };
    });
  expect(peakBytes(chain(1), 7)).toBe(7 * 40);
  expect(peakBytes(chain(2), 7)).toBe(2 * 7 * 40);
  expect(peakBytes(chain(9), 7)).toBe(2 * 7 * 40);
});

test("what is read late, and outputs, are held until then", () => {
  const graph = trace({ x: { shape: [10], dtype: "float64" } }, ({ x }) => {
    const first = tanh(x as Node);
    const third = tanh(tanh(first));
    // Held with the sum: the first, the third, and the early output.
    return { early: reshape(third, [2, 5]), sum: add(first, third) };
  });
  expect(peakBytes(graph, 1)).toBe(4 * 80);
});

test("float64 convolutions hold their windows, float32 ones do not", () => {
  const [batch, channels, side] = [3, 4, 6];
  const peakOf = (dtype: "float32" | "float64"): number =>
    peakBytes(
      trace(
        { x: { shape: ["batch", channels, side, side], dtype }, w: { shape: [5, channels, 3, 3], dtype } },
        ({ x, w }) => ({ y: conv(x as Node, w as Node, undefined, { pads: [1, 1, 1, 1] }) }),
      ),
      batch,
    );
  const result = batch * 5 * side * side;
  const windows = batch * channels * 9 * side * side;
  expect(peakOf("float32")).toBe(4 * result);
  expect(peakOf("float64")).toBe(8 * (result + 2 * windows));
});

test("a session weighs more with its model and with the rows of its largest run", () => {
  const graph = trace({ x: { shape: ["batch", 1000] } }, ({ x }) => ({ y: tanh(x as Node) }));
  const bare = sessionBytes(graph, 0, 0);
  expect(bare).toBeGreaterThan(0);
  expect(sessionBytes(graph, 1e6, 0) - bare).toBe(2e6);
  expect(sessionBytes(graph, 0, 100) - bare).toBe(2 * 100 * 4000);
});
