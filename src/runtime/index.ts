/** Layer 2: programs that run. The only folder that knows ONNX Runtime. */
export type { Join } from "./batch-parallel.js";
export { compile, compileForThreads, programOf, type ThreadPrograms } from "./compile.js";
export {
  clockOf,
  contextOf,
  isStopped,
  type MachineOptions,
  machineOf,
  type ProgressEvent,
  type RunContext,
  type RunOptions,
  runOptions,
  runOptionsOf,
} from "./context.js";
export {
  type CompileOptions,
  type Device,
  devices,
  type Handover,
  type NamedTensors,
  type Program,
} from "./program.js";
