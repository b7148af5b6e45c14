/** The backend under Node: native ONNX Runtime, or its WebAssembly where there is none; worker threads. */
import { dtypes } from "../../tensor/internal.js";
import type { Backend, DeviceTypes } from "../backend.js";
import { loadRuntime } from "./onnx-runtime.js";
import { createSession } from "./session.js";
import { disableTelemetry } from "./telemetry.js";
import { machineThreads } from "./threads.js";
import { createWorkerSession } from "./worker-session.js";

/** What ONNX Runtime may have been built with. WebGPU has no float64. */
const elementTypes = {
  cpu: dtypes,
  webgpu: ["float32", "int64", "bool"],
  cuda: dtypes,
} as const satisfies DeviceTypes;

export const backend: Backend = {
  elementTypes: async (device) => {
    disableTelemetry();
    const { providers } = await loadRuntime();
    return providers.includes(device) ? elementTypes[device] : undefined;
  },
  threads: () => machineThreads(),
  // Of AVX-512, and of AVX2 and others.
  channelBlocks: [16, 8],
  createSession,
  createWorkerSession,
};
