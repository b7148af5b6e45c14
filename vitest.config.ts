import { defineConfig } from "vitest/config";
import { CountReporter } from "./test/helpers/count-reporter.js";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    // Files share the library that their process has loaded: loading it for each anew takes longer than most tests.
    isolate: false,
    // A test that never came to an assertion is none.
    expect: { requireAssertions: true },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", new CountReporter()],
  },
});
