import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/** Larger files are kept once they were asked for, such as the runtime with WebGPU. */
const AT_ONCE = 1_000_000;

/** Tells the service worker which files the site has, and a version that changes with any of them. */
export const offline = (): Plugin => ({
  name: "offline-files",
  apply: "build",
  generateBundle: {
    order: "post",
    handler(_, bundle) {
      const worker = bundle["service-worker.js"];
      if (worker?.type !== "chunk") return;
      const sizes = Object.values(bundle).flatMap((file) =>
        file.fileName === "service-worker.js" || file.fileName.endsWith(".map")
          ? []
          : [[file.fileName, file.type === "chunk" ? file.code.length : file.source.length] as const],
      );
      const files = sizes.flatMap(([name, size]) => (size <= AT_ONCE ? [name] : []));
      const version = createHash("sha256").update(JSON.stringify(sizes)).digest("hex").slice(0, 12);
      worker.code = worker.code
        .replace("__OFFLINE_FILES__", JSON.stringify(["./", ...files]))
        .replace("__OFFLINE_VERSION__", JSON.stringify(version));
    },
  },
});
