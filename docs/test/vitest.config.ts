import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The documentation site in a browser, against what was built. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["docs/test/**/*.test.ts"],
    pool: "forks",
    expect: { requireAssertions: true },
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
