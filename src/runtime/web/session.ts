import type { Session, SessionOptions } from "../backend.js";
import { oneAtATime } from "../one-at-a-time.js";
import { commonSettings, loadSession, optimizations } from "../onnx-session.js";
import { breathe } from "./breathe.js";
import { wasmThreads } from "./browser.js";

/**
 * Loads model bytes into ONNX Runtime, which is downloaded at the first call: 14 MB of WebAssembly for the CPU, 27 MB
 * with WebGPU. Where they lie is the bundler's business, or the page's: `env.wasm.wasmPaths` of onnxruntime-web.
 * @throws RUNTIME_FAILURE with the runtime's own words.
 */
export async function createSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  const { device = "cpu" } = options;
  const onGpu = device === "webgpu";
  const { env, ...runtime } = onGpu
    ? await import("onnxruntime-web/webgpu")
    : await import("onnxruntime-web/wasm");
  // For the whole page, when ONNX Runtime starts. Zero, its guess, would be several where memory may be shared: that
  // takes a bundle whose parts load in workers, which not every bundler makes, and hangs without.
  env.wasm.numThreads ||= Math.min(options.threads ?? 1, wasmThreads());
  const settings = {
    ...commonSettings(options),
    executionProviders: onGpu ? ["webgpu", "wasm"] : ["wasm"],
    extra: optimizations(options),
  };
  const session = await queue(() => loadSession(runtime, model, settings, options));
  return {
    run: async (feeds, handover) => {
      await breathe();
      return queue(() => session.run(feeds, handover));
    },
    release: () => queue(() => session.release()),
  };
}

/** One thing at a time: a run waits for the GPU, and WebAssembly cannot be entered anew meanwhile. */
const queue = oneAtATime();
