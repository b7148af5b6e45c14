/** Layer 2: programs that run. The only folder that knows ONNX Runtime. */
export type { Join } from "./batch-parallel.js";
export { compile, programOf } from "./compile.js";
export { type CompileOptions, type Device, devices, type NamedTensors, type Program } from "./program.js";
