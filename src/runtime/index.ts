/** Layer 2: programs that run. The only folder that knows ONNX Runtime. */
export { compile } from "./compile.js";
export type { ProgressEvent, RunContext } from "./context.js";
export { type Device, devices } from "./machine.js";
export type { CompileOptions, NamedTensors, Program } from "./program.js";
