/** For the layers above, not for users: the parts of a context, programs once a thread or from files. */
export type { Join } from "./batch-parallel.js";
export { compileForThreads, programOf } from "./compile.js";
export { clockOf, isStopped, type MachineOptions, machineOf } from "./context.js";
