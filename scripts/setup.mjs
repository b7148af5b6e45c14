/** Installs the locked dependencies when they are missing or the lock file is newer than the installation. */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** @param folder of a package.json and its lock file. */
export function setUp(folder) {
  const installed = modified(join(folder, "node_modules/.package-lock.json"));
  if (installed >= modified(join(folder, "package-lock.json"))) return;
  const { status } = spawnSync("npm", ["ci"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error(`npm ci failed in ${folder}: the dependencies could not be installed.`);
    process.exit(status ?? 1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp(".");
