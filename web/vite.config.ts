import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { offline } from "./offline-plugin.js";

const source = (path: string): string => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

/** What lets a page's threads share memory; on a static host the service worker adds them. */
const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** The playground: static files that run everything on the visitor's machine. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  resolve: {
    alias: { "#backend": source("runtime/web/index.ts"), "#host": source("experiments/web/index.ts") },
  },
  server: { headers: isolation, fs: { allow: [fileURLToPath(new URL("..", import.meta.url))] } },
  preview: { headers: isolation },
  worker: { format: "es" },
  plugins: [offline()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // What workers load has no document.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: {
        index: fileURLToPath(new URL("index.html", import.meta.url)),
        "service-worker": fileURLToPath(new URL("src/offline/service-worker.ts", import.meta.url)),
      },
      output: {
        entryFileNames: ({ name }) =>
          name === "service-worker" ? "service-worker.js" : "assets/[name]-[hash].js",
      },
    },
  },
});
