import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { CountReporter } from "./test/helpers/count-reporter.js";

export default defineConfig({
  // Conditional imports are the source for Node, as for the compiler.
  resolve: {
    alias: {
      "#backend": fileURLToPath(new URL("./src/runtime/node/index.ts", import.meta.url)),
      "#host": fileURLToPath(new URL("./src/experiments/node/index.ts", import.meta.url)),
    },
  },
  test: {
    // What was built runs as it is shipped: with its own backend, in plain Node.
    server: { deps: { external: [/\/node_modules\//, /\/dist\//] } },
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // For the tests that load ONNX Runtime themselves.
    env: { ORT_DISABLE_TELEMETRY: process.env.ORT_DISABLE_TELEMETRY ?? "1" },
    reporters: ["default", new CountReporter()],
  },
});
