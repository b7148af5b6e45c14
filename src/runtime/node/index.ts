/** The backend under Node: native ONNX Runtime, worker threads. */
import { dtypes } from "../../tensor/internal.js";
import type { Backend, DeviceTypes } from "../backend.js";
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
    const { listSupportedBackends } = await import("onnxruntime-node");
    return listSupportedBackends().some(({ name }) => name === device) ? elementTypes[device] : undefined;
  },
  threads: () => machineThreads(),
  // Of AVX-512, and of AVX2 and others.
  channelBlocks: [16, 8],
  createSession,
  createWorkerSession,
};
