/** Layer 2: programs that run. The only folder that knows ONNX Runtime. */
export { compile } from "./compile.js";
export type { ProgressEvent, RunContext } from "./context.js";
export { type CompileOptions, type Device, devices, type NamedTensors, type Program } from "./program.js";
