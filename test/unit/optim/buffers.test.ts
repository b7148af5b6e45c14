import { describe, expect, test } from "vitest";
import { add, mean, mul, type NamedNodes, type Node, square, sub } from "../../../src/graph/index.js";
import { compileTraining, sgd, type Training } from "../../../src/optim/index.js";
import { fromNumbers, scalar, type Tensor, toFloat64 } from "../../../src/tensor/index.js";

/** Fits w to the mean of x; a buffer follows that mean with momentum 0.5, another counts. */
const training = (loss?: (buffers: NamedNodes) => NamedNodes): Promise<Training> =>
  compileTraining({
    parameters: { w: fromNumbers([0], [1]) },
    buffers: { running: fromNumbers([8], [1]), count: scalar(0, "int64") },
    batch: { x: { shape: ["batch", 1] } },
    loss: ({ w }, { x }, buffers) => ({
      loss: mean(square(sub(x, w as Node))),
      metrics: {},
      buffers: loss?.(buffers) ?? {
        running: mul(add(buffers.running as Node, mean(x, [0])), 0.5),
        count: add(buffers.count as Node, 1),
      },
    }),
    optimizer: sgd(),
  });

const x = fromNumbers([1, 3], [2, 1]);
const numbers = (values: Record<string, Tensor>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Array.from(toFloat64(value))]));

describe("buffers of a training", () => {
  test("are renewed by every step that is taken, and by no other", async () => {
    const run = await training();
    await run.step({ x }, 0.1);
    expect(numbers(run.buffers())).toEqual({ running: [5], count: [1] });
    const { taken } = await run.step({ x: fromNumbers([Number.NaN, 1], [2, 1]) }, 0.1);
    expect(taken).toBe(false);
    expect(numbers(run.buffers())).toEqual({ running: [5], count: [1] });
    await run.step({ x }, 0.1);
    expect(numbers(run.buffers())).toEqual({ running: [3.5], count: [2] });
    expect(Object.keys(run.parameters())).toEqual(["w"]);
    await run.dispose();
  });

  test("belong to the state that a training goes on from", async () => {
    const run = await training();
    await run.step({ x }, 0.1);
    const saved = run.state();
    await run.step({ x }, 0.1);
    const after = numbers(run.state());
    const again = await training();
    again.restore(saved);
    expect(numbers(again.state())).toEqual(numbers(saved));
    await again.step({ x }, 0.1);
    expect(numbers(again.state())).toEqual(after);
    const refused = (state: Record<string, Tensor>, code: string): void =>
      expect(() => again.restore(state)).toThrow(expect.objectContaining({ code }));
    const { "buffers.count": _, ...fewer } = saved;
    refused(fewer, "INVALID_ARGUMENT");
    refused({ ...saved, "buffers.more": x }, "INVALID_ARGUMENT");
    refused({ ...saved, "buffers.running": x }, "SHAPE_MISMATCH");
    refused({ ...saved, "buffers.count": scalar(1) }, "DTYPE_MISMATCH");
    expect(numbers(again.state())).toEqual(after);
    await run.dispose();
    await again.dispose();
  });

  test("have to be returned by the loss, all of them and nothing else", async () => {
    const invalid = expect.objectContaining({ code: "INVALID_GRAPH" });
    await expect(training(() => ({}))).rejects.toEqual(invalid);
    await expect(training((buffers) => ({ ...buffers, other: buffers.running as Node }))).rejects.toEqual(
      invalid,
    );
  });
});
