import gpuAddress from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import wasmAddress from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import type { RunContext } from "../../../src/runtime/index.js";
import type { JobContext } from "./job-context.js";

/** How much of the runtime has come. */
export interface RuntimeNews {
  readonly loaded: number;
  /** Bytes of the whole, where the server says. */
  readonly total: number | undefined;
}

/** What programs run on here. */
export interface RuntimeFacts {
  readonly threads: number;
  readonly isIsolated: boolean;
  /** What WebGPU would compute on; undefined where there is none. */
  readonly gpu: GpuFacts | undefined;
}

export interface GpuFacts {
  readonly name: string;
  /** An imitation on the processor, slower than WebAssembly. */
  readonly isSoftware: boolean;
}

/** What small float32 programs may run on here. */
export type PageDevice = "cpu" | "webgpu";

/** More threads than this gain these small networks nothing, and one core at least is the page's. */
const MOST_THREADS = 4;
const usefulThreads = (): number =>
  Math.max(1, Math.min(MOST_THREADS, Math.floor((navigator.hardwareConcurrency ?? 1) / 2)));

let loading: Promise<RuntimeFacts> | undefined;

/** Loads ONNX Runtime's WebAssembly, once, and tells how far it is. */
export function startRuntime(_: undefined, { tell }: JobContext<RuntimeNews>): Promise<RuntimeFacts> {
  loading ??= load(tell);
  return loading;
}

async function load(tell: (news: RuntimeNews) => void): Promise<RuntimeFacts> {
  const isIsolated = self.crossOriginIsolated;
  const threads = isIsolated ? usefulThreads() : 1;
  const [{ env }, binary] = await Promise.all([import("onnxruntime-web/wasm"), download(wasmAddress, tell)]);
  env.wasm.numThreads = threads;
  env.wasm.wasmBinary = binary;
  return { threads, isIsolated, gpu: await findGpu() };
}

/** WebGPU as far as this needs it; the compiler's libraries do not know it. */
interface Gpu {
  requestAdapter(): Promise<{
    readonly info?: {
      readonly vendor?: string;
      readonly architecture?: string;
      readonly isFallbackAdapter?: boolean;
    };
  } | null>;
}

async function findGpu(): Promise<GpuFacts | undefined> {
  const { gpu } = navigator as { gpu?: Gpu };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (!adapter) return undefined;
  const { vendor = "", architecture = "", isFallbackAdapter = false } = adapter.info ?? {};
  const name = [vendor, architecture].filter((word) => word !== "").join(" ");
  return { name, isSoftware: isFallbackAdapter || /swiftshader|llvmpipe/i.test(name) };
}

let device: PageDevice = "cpu";
let hasGpuRuntime = false;

/** Where what is asked from now on runs; what WebGPU needs besides is loaded first. */
export async function chooseDevice(wanted: PageDevice, { tell }: JobContext<RuntimeNews>): Promise<void> {
  if (wanted === "webgpu" && !hasGpuRuntime) await loadGpu(tell);
  device = wanted;
}

async function loadGpu(tell: (news: RuntimeNews) => void): Promise<void> {
  const [{ env }, binary] = await Promise.all([import("onnxruntime-web/webgpu"), download(gpuAddress, tell)]);
  env.wasm.numThreads = 1;
  env.wasm.wasmBinary = binary;
  hasGpuRuntime = true;
}

async function download(address: string, tell: (news: RuntimeNews) => void): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok || response.body === null) throw new Error(`${address}: ${response.status}`);
  const length = response.headers.get("content-length");
  const isPacked = response.headers.get("content-encoding") !== null;
  const total = length === null || isPacked ? undefined : Number(length);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    loaded += part.value.length;
    tell({ loaded, total });
  }
  return new Blob(parts).arrayBuffer();
}

/** The context of a job that computes: waits for the runtime. */
export async function runContext({ signal }: Pick<JobContext, "signal">): Promise<RunContext> {
  const { threads } = await (loading ?? load(() => {}));
  return { threads, device, signal };
}
