import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rollup } from "vite";

export interface Bundle {
  /** Ids of all modules that went in. */
  readonly modules: readonly string[];
  /** What the bundler warned of. */
  readonly warnings: readonly string[];
  /** Bytes of JavaScript that the page loads at once: the library and its job, without ONNX Runtime and Vega. */
  readonly size: { readonly plain: number; readonly gzip: number };
}

/** Bundles the page for browsers, as an application would. */
export async function bundle(folder: string): Promise<Bundle> {
  const warnings: string[] = [];
  const result = await build({
    configFile: false,
    root: fileURLToPath(new URL(".", import.meta.url)),
    base: "./",
    mode: "production",
    logLevel: "silent",
    build: {
      outDir: folder,
      emptyOutDir: true,
      // Threads of WebAssembly load parts of the bundle in workers, which have no document.
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
      rollupOptions: { onwarn: ({ message }) => void warnings.push(message) },
    },
  });
  const { output } = result as Rollup.RollupOutput;
  const chunks = output.filter((part) => part.type === "chunk");
  const entry = chunks.find(({ isEntry }) => isEntry);
  if (entry === undefined) throw new Error("The bundle has no entry.");
  return {
    modules: chunks.flatMap(({ moduleIds }) => moduleIds),
    warnings,
    size: { plain: entry.code.length, gzip: gzipSync(entry.code).length },
  };
}
