/** The backend in a browser: ONNX Runtime in WebAssembly, and on WebGPU where there is one. */
import { dtypes } from "../../tensor/internal.js";
import type { Backend, DeviceTypes } from "../backend.js";
import { hasWebGpu, wasmThreads } from "./browser.js";
import { createSession } from "./session.js";

const wasm = { cpu: dtypes } as const satisfies DeviceTypes;
/** WebGPU has no float64. */
const gpu = { webgpu: ["float32", "int64", "bool"] } as const satisfies DeviceTypes;

export const backend: Backend = {
  devices: async () => (hasWebGpu() ? { ...wasm, ...gpu } : wasm),
  threads: wasmThreads,
  // WebAssembly has no kernels that work in blocks of channels.
  channelBlocks: [],
  createSession,
  createWorkerSession: undefined,
};
