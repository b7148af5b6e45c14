/** Package managers that install a tarball into an empty project, each fetched by npx unless it is npm itself. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const shell = process.platform === "win32";

/**
 * How each installs a package with its scripts, and without what is optional; what a project needs before that.
 * @type {Record<string, { command: string[], add: string[], least: string[], prepare?: (folder: string) => void }>}
 */
export const managers = {
  npm: {
    command: ["npm"],
    add: ["install", "--no-audit", "--no-fund"],
    least: ["--omit=optional"],
  },
  pnpm: {
    command: ["npx", "--yes", "pnpm"],
    // It runs no install scripts, and of late calls that a failure unless told otherwise.
    add: ["add", "--config.strict-dep-builds=false"],
    least: ["--no-optional"],
  },
  yarn: {
    command: ["npx", "--yes", "yarn@1"],
    add: ["add", "--silent"],
    least: ["--ignore-optional"],
  },
  // Yarn of today. It cannot leave out what is optional.
  "yarn-berry": {
    command: ["npx", "--yes", "--package=@yarnpkg/cli-dist", "yarn"],
    add: ["add"],
    least: [],
    prepare: (folder) => {
      writeFileSync(join(folder, "yarn.lock"), "");
      writeFileSync(
        join(folder, ".yarnrc.yml"),
        "nodeLinker: node-modules\nenableTelemetry: false\nenableImmutableInstalls: false\n",
      );
    },
  },
};

/** Why a package manager cannot be had here; undefined where it can. @param {string} name */
export function missing(name) {
  const [command, ...args] = managers[name].command;
  const { status, stderr } = spawnSync(command, [...args, "--version"], { shell, encoding: "utf8" });
  return status === 0 ? undefined : (stderr.trim().split("\n").at(-1) ?? `exit ${status}`);
}
