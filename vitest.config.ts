import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { CountReporter } from "./test/helpers/count-reporter.js";
import { LongestFirst } from "./test/helpers/longest-first.js";

/** Commands in processes of their own, the browser, whole trainings: what takes longer than the rest together. */
const long = ["test/e2e/**/*.test.ts", "test/browser/**/*.test.ts", "test/**/*.long.test.ts"];

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
    projects: [
      { extends: true, test: { name: "quick", include: ["test/**/*.test.ts"], exclude: long } },
      { extends: true, test: { name: "long", include: long } },
    ],
    pool: "forks",
    maxWorkers: 2,
    // A core each: two processes whose threads wait for one another spend half of their time waiting.
    env: { HYPERSOLVERS_THREADS: "1" },
    // Files share the library that their process has loaded: loading it for each anew takes longer than most tests.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // A test that never came to an assertion is none.
    expect: { requireAssertions: true },
    // A machine may be busy: what hangs is found, what waits is not.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: ["default", new CountReporter()],
  },
});
