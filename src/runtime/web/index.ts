/** The backend in a browser: ONNX Runtime in WebAssembly, and on WebGPU where there is one. */
import { dtypes } from "../../tensor/internal.js";
import type { Backend, DeviceTypes } from "../backend.js";
import { hasGpu, wasmThreads } from "./browser.js";
import { createSession } from "./session.js";

/** WebGPU has no float64. */
const elementTypes = { cpu: dtypes, webgpu: ["float32", "int64", "bool"] } as const satisfies DeviceTypes;

export const backend: Backend = {
  elementTypes: async (device) => {
    if (device === "cuda" || (device === "webgpu" && !(await hasGpu()))) return undefined;
    return elementTypes[device];
  },
  threads: wasmThreads,
  // WebAssembly has no kernels that work in blocks of channels.
  channelBlocks: [],
  createSession,
  createWorkerSession: undefined,
};
