/** The backend under Node: native ONNX Runtime, worker threads. */
import { availableParallelism } from "node:os";
import { dtypes } from "../../tensor/internal.js";
import type { Backend, DeviceTypes } from "../backend.js";
import { createSession } from "./session.js";
import { disableTelemetry } from "./telemetry.js";
import { createWorkerSession } from "./worker-session.js";

/** What ONNX Runtime may have been built with. WebGPU has no float64. */
const elementTypes = {
  cpu: dtypes,
  webgpu: ["float32", "int64", "bool"],
  cuda: dtypes,
} as const satisfies DeviceTypes;

export const backend: Backend = {
  devices: async () => {
    disableTelemetry();
    const { listSupportedBackends } = await import("onnxruntime-node");
    const built = new Set(listSupportedBackends().map(({ name }) => name));
    return Object.fromEntries(Object.entries(elementTypes).filter(([name]) => built.has(name)));
  },
  threads: availableParallelism,
  // Of AVX-512, and of AVX2 and others.
  channelBlocks: [16, 8],
  createSession,
  createWorkerSession,
};
