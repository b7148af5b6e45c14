/**
 * Where programs run. `cpu` in a browser is WebAssembly; `reference` is the slow float64 interpreter. WebGPU has no
 * float64: programs of that type run on the CPU instead.
 */
export const devices = ["cpu", "webgpu", "cuda", "reference"] as const;
/** One of those places. */
export type Device = (typeof devices)[number];

/** More than any machine has cores. */
export const MOST_THREADS = 512;
