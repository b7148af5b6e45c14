import { expect, test } from "vitest";
import type { RunContext } from "../../../src/runtime/index.js";
import { clockOf, isStopped, machineOf } from "../../../src/runtime/internal.js";

test("a machine is what programs run on, and nothing that a worker thread cannot be sent", () => {
  const context: RunContext = {
    device: "cpu",
    threads: 2,
    worker: true,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    clock: () => 0,
  };
  expect(structuredClone(machineOf(context))).toEqual({ device: "cpu", threads: 2, worker: true });
  expect(machineOf({})).toEqual({});
});

test("a run without a clock takes that of the platform", () => {
  expect(clockOf({ clock: () => 42 })()).toBe(42);
  const now = clockOf({});
  const before = performance.now();
  expect(now()).toBeGreaterThanOrEqual(before);
});

test("a run is stopped by its signal alone", () => {
  const controller = new AbortController();
  expect(isStopped({})).toBe(false);
  expect(isStopped({ signal: controller.signal })).toBe(false);
  controller.abort();
  expect(isStopped({ signal: controller.signal })).toBe(true);
});
