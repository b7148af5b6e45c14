import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { libraryName, version } from "../../src/version.js";

test("the version in the source is the package's", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(version).toBe(manifest.version);
  expect(libraryName).toBe(`${manifest.name} ${manifest.version}`);
});
