/** Versions of Node as the npm packages that bring their binaries: no install script, nothing but the registry. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The oldest that the package supports, and those that are supported today. */
const versions = ["20.19", "22", "24"];

/**
 * Installs them into a folder.
 * @param {string} folder
 * @returns {string[]} the programs
 * @throws Error where the registry, or this platform, has none.
 */
export function nodes(folder) {
  const system = process.platform === "win32" ? "win" : process.platform;
  const packages = versions.map((version) => `node-${version}@npm:node-${system}-${process.arch}@${version}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "nodes", private: true }));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...packages], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  return versions.map((version) => join(folder, "node_modules", `node-${version}`, "bin", "node"));
}
