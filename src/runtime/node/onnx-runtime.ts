import { isMainThread } from "node:worker_threads";
import type { loadSession } from "../onnx-session.js";

/** ONNX Runtime as it can run here. */
export interface NodeRuntime {
  /** `wasm`: WebAssembly in place of the native binary. */
  readonly kind: "native" | "wasm";
  readonly runtime: Parameters<typeof loadSession>[0];
  /** Execution providers there are. */
  readonly providers: readonly string[];
}

/** Environment variable: `wasm` asks for WebAssembly although there is a native binary. */
export const RUNTIME_VARIABLE = "HYPERSOLVERS_RUNTIME";

let loading: Promise<NodeRuntime> | undefined;

/**
 * Loads ONNX Runtime, once: the native package, or where that is not installed or does not load (an Intel Mac, Alpine) the
 * WebAssembly that comes with this package, with a warning of the process.
 */
export const loadRuntime = (): Promise<NodeRuntime> => {
  loading ??= load();
  return loading;
};

async function load(): Promise<NodeRuntime> {
  if (process.env[RUNTIME_VARIABLE] === "wasm") return wasm();
  try {
    const { default: native } = await import("onnxruntime-node");
    return {
      kind: "native",
      runtime: native,
      providers: native.listSupportedBackends().map(({ name }) => name),
    };
  } catch (cause) {
    const substitute = await wasm().catch(() => undefined);
    if (substitute === undefined) throw cause;
    if (isMainThread) process.emitWarning(noteOf(cause), { code: "HYPERSOLVERS_WASM" });
    return substitute;
  }
}

interface WasmRuntime extends Pick<NodeRuntime["runtime"], "InferenceSession" | "Tensor"> {
  readonly env: { readonly wasm: { numThreads: number } };
}

/** The files that the build copies out of onnxruntime-web. */
async function wasm(): Promise<NodeRuntime> {
  const place = new URL("./wasm/ort.wasm.bundle.min.mjs", import.meta.url);
  const runtime: WasmRuntime = await import(place.href);
  runtime.env.wasm.numThreads = 1;
  return { kind: "wasm", runtime, providers: ["cpu"] };
}

const noteOf = (cause: unknown): string => {
  const [reason] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
  return (
    `ONNX Runtime's native binary does not load here (${reason}). Programs run in WebAssembly instead, on one thread: ` +
    "two to three times as slow. On a platform that has a binary, install it without its download of CUDA: " +
    "ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node"
  );
};
