/** Puts ONNX Runtime's WebAssembly beside the backend for Node, which takes it where there is no native binary. */
import { copyFileSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
const target = new URL("../dist/runtime/node/wasm/", import.meta.url);
mkdirSync(target, { recursive: true });
for (const name of ["ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"]) {
  const [from, to] = [join(dirname(entry), name), new URL(name, target)];
  if (statSync(to, { throwIfNoEntry: false })?.size !== statSync(from).size) copyFileSync(from, to);
}
