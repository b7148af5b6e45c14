import { defineConfig } from "vitest/config";
import { CountReporter } from "./test/helpers/count-reporter.js";

export default defineConfig({
  test: {
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
