import { fail } from "../tensor/index.js";
import { devices, MOST_THREADS } from "./machine.js";
import type { CompileOptions } from "./program.js";

/** @throws INVALID_ARGUMENT for an unknown device, or threads that are not a positive integer of at most 512. */
export function checkMachine({ device = "cpu", threads = 1 }: CompileOptions): void {
  if (!devices.includes(device))
    throw fail("INVALID_ARGUMENT", {
      what: "device",
      expected: `one of ${devices.join(", ")}`,
      received: String(device),
    });
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS)
    throw fail("INVALID_ARGUMENT", {
      what: "threads",
      expected: `a positive integer, at most ${MOST_THREADS}`,
      received: String(threads),
    });
}
