import { availableParallelism } from "node:os";
import type { BackendDevice, Session, SessionOptions } from "../backend.js";
import { oneAtATime } from "../one-at-a-time.js";
import { commonSettings, loadSession, optimizations } from "../onnx-session.js";
import { gpuPlace, requireCuda, softwareGpuNote } from "./gpu.js";
import { loadRuntime } from "./onnx-runtime.js";
import { disableTelemetry } from "./telemetry.js";
import { machineThreads } from "./threads.js";

const executionProviders: Readonly<Record<BackendDevice, string[]>> = {
  cpu: ["cpu"],
  webgpu: ["webgpu", "cpu"],
  cuda: ["cuda", "cpu"],
};

/**
 * Loads model bytes into ONNX Runtime.
 * @throws RUNTIME_FAILURE with the runtime's own words; DEVICE_NOT_AVAILABLE saying what CUDA lacks.
 */
export async function createSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  disableTelemetry();
  const { kind, runtime } = await loadRuntime();
  if (kind === "native") lookForGpu(options.device);
  if (kind === "native") return loadSession(runtime, model, sessionSettings(options), options);
  const settings = {
    ...commonSettings(options),
    executionProviders: ["wasm"],
    extra: optimizations(options),
  };
  const session = await queue(() => loadSession(runtime, model, settings, options));
  return {
    run: (feeds, handover) => queue(() => session.run(feeds, handover)),
    release: () => queue(() => session.release()),
  };
}

let hasWarned = false;

/** Refuses CUDA where it cannot run; warns once, where WebGPU finds no hardware. */
function lookForGpu(device: BackendDevice = "cpu"): void {
  if (device === "cuda") requireCuda(gpuPlace());
  const note = device === "webgpu" && !hasWarned ? softwareGpuNote(gpuPlace()) : undefined;
  if (note === undefined) return;
  hasWarned = true;
  process.emitWarning(note, { code: "HYPERSOLVERS_SOFTWARE_GPU" });
}

/** WebAssembly cannot be entered anew while it computes. */
const queue = oneAtATime();

/** Settings as measured in bench/: see docs/engine.md. */
function sessionSettings(options: SessionOptions): Parameters<typeof loadSession>[2] {
  const { device = "cpu", hot = false } = options;
  return {
    ...commonSettings(options),
    executionProviders: executionProviders[device],
    // More than there are cores would wait for one another.
    intraOpNumThreads: Math.min(options.threads ?? (hot ? machineThreads() : 1), availableParallelism()),
    interOpNumThreads: 1,
    extra: {
      // Threads wait hot within a run, but not between runs: there the next program needs the cores.
      session: { force_spinning_stop: "1", intra_op: { allow_spinning: hot ? "1" : "0" } },
      ...optimizations(options),
    },
  };
}
