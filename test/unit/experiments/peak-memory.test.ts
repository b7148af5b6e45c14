import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { PeakRequest } from "../../../src/experiments/cnf/peak-messages.js";

/** A process needs JavaScript: this test uses what `npm run build` made, which `npm test` does first. */
const built = new URL("../../../dist/experiments/node/peak-memory.js", import.meta.url).href;
type PeakMemory = { peakMemory(request: PeakRequest): Promise<number | undefined> };

const read = (name: string): Uint8Array => readFileSync(`pretrained/flows/pinwheel/${name}`);

test.runIf(process.platform === "linux")("drawing more points at once takes more memory", async () => {
  const { peakMemory } = (await import(built)) as PeakMemory;
  const method = { kind: "hyper", grid: { steps: 1 } } as const;
  const request = { flow: read("flow.onnx"), correction: read("correction.onnx"), method, compile: {} };
  const [few = 0, many = 0] = [
    await peakMemory({ ...request, count: 10 }),
    await peakMemory({ ...request, count: 30_000 }),
  ];
  // Node alone takes some 40 MB; a row of 128 numbers 0.5 kB, several times.
  expect(few).toBeGreaterThan(40e6);
  expect(many - few).toBeGreaterThan(20e6);
  expect(many).toBeLessThan(2e9);
});

test("a process that cannot draw has no peak", async () => {
  const { peakMemory } = (await import(built)) as PeakMemory;
  const method = { kind: "adaptive", tableau: "dopri5", rtol: 1e-3, atol: 1e-3 } as const;
  expect(await peakMemory({ flow: Uint8Array.of(1, 2, 3), method, compile: {}, count: 10 })).toBeUndefined();
});
