// @ts-check
/** What the numbers were measured on. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg } from "node:os";

/** Vector instructions that decide which kernels run. */
const vectorFlags = ["avx512f", "avx2", "neon", "asimd"];

function vectorInstructions() {
  try {
    const flags = new Set(
      readFileSync("/proc/cpuinfo", "utf8")
        .match(/^(flags|Features)\s*:(.*)$/m)?.[2]
        ?.split(" "),
    );
    return vectorFlags.find((flag) => flags.has(flag)) ?? "unknown";
  } catch {
    return "unknown";
  }
}

function runtimeVersion() {
  return createRequire(import.meta.url)("onnxruntime-node/package.json").version;
}

/** Facts for the head of a report and for its JSON. */
export function describeMachine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    vector: vectorInstructions(),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    node: process.version,
    onnxruntime: runtimeVersion(),
    date: new Date().toISOString(),
  };
}
