// @ts-check
/** Entry of a process that does one piece of work and reports its peak of resident memory. */
import { readFileSync, writeFileSync } from "node:fs";
import { peakFacts } from "./peak-memory.mjs";

/** Resident memory and its peak as Linux counts them, in MB; null elsewhere. @param {"VmRSS" | "VmHWM"} name */
function memoryOf(name) {
  try {
    const kilobytes = new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(
      readFileSync("/proc/self/status", "utf8"),
    )?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

/** Starts a new peak, where the system can. */
function resetPeak() {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {}
}

const task = /** @type {import("./peak-memory.mjs").PeakTask} */ (JSON.parse(process.argv[2] ?? "{}"));
const module = await import(task.module);
await import("onnxruntime-node");
resetPeak();
const before = memoryOf("VmRSS");
const work = await module[task.name](task.options);
for (let run = 0; run < task.runs; run++) await work();
process.send?.(peakFacts(before, memoryOf("VmHWM")));
process.exit(0);
