/**
 * Packs the package, installs the tarball into an empty project as a user does, and tries it there. The download of CUDA
 * by onnxruntime-node's install script is made to fail, as behind a firewall: the installation has to come through.
 *
 *   node scripts/try-package.mjs [npm] [pnpm] [yarn]
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const field = "ffjord";

/** How each installs a tarball, with its scripts, and the smallest it can install. */
const managers = {
  npm: {
    install: (tarball) => ["npm", "install", "--no-audit", "--no-fund", tarball],
    least: (tarball) => ["npm", "install", "--no-audit", "--no-fund", "--omit=optional", tarball],
  },
  pnpm: {
    // It runs no install scripts, and of late calls that a failure unless told otherwise.
    install: (tarball) => ["npx", "--yes", "pnpm", "add", "--config.strict-dep-builds=false", tarball],
    least: (tarball) => [
      "npx",
      "--yes",
      "pnpm",
      "add",
      "--config.strict-dep-builds=false",
      "--no-optional",
      tarball,
    ],
  },
  yarn: {
    install: (tarball) => ["npx", "--yes", "yarn@1", "add", "--silent", tarball],
    least: (tarball) => ["npx", "--yes", "yarn@1", "add", "--silent", "--ignore-optional", tarball],
  },
};

/** Nothing listens there: every download of the install script fails at once. */
const noCuda = {
  GLOBAL_AGENT_HTTPS_PROXY: "http://127.0.0.1:9",
  GLOBAL_AGENT_HTTP_PROXY: "http://127.0.0.1:9",
};

const program = `
import { fieldOfModel, importOnnx, normalStates, Random, solveField } from "hypersolvers";
import { pretrainedPath } from "hypersolvers/pretrained";
import { readFile } from "node:fs/promises";
const field = fieldOfModel(importOnnx(await readFile(pretrainedPath("${field}")), "field"));
const { z0 } = normalStates([2]).heldOut(10, new Random(0));
const { statistics } = await solveField(field, z0, { span: [0, 1], method: "heun:2" });
if (statistics.nfe !== 4) throw new Error("4 evaluations expected");
`;

function run([command, ...args], cwd, environment = {}) {
  const shell = process.platform === "win32";
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    shell,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")}: exit ${status}\n${stdout}\n${stderr}`);
  return { stdout, stderr };
}

function expectText(text, pattern, what) {
  if (!pattern.test(text)) throw new Error(`${what}: expected ${pattern}, got\n${text}`);
}

/** An empty project with the package in it, removed afterwards. */
function inProject(install, use) {
  const folder = mkdtempSync(join(tmpdir(), "hypersolvers-package-"));
  try {
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ name: "tried", private: true, type: "module" }),
    );
    run(install, folder, noCuda);
    writeFileSync(join(folder, "program.js"), program);
    use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tryPackage(name, tarball) {
  const { install, least } = managers[name];
  const bin = (folder, ...args) => run(["npx", "--no-install", "hypersolvers", ...args], folder);
  inProject(install(tarball), (folder) => {
    expectText(bin(folder, "--version").stdout, /^\d+\.\d+\.\d+/, "--version");
    expectText(bin(folder, "info", field).stdout, /a vector field/, "info");
    bin(
      folder,
      "solve",
      field,
      "--method",
      "heun:2",
      "--span",
      "0,1",
      "--states",
      "normal",
      "--out",
      "z1.safetensors",
    );
    const { stderr } = run(["node", "program.js"], folder);
    console.log(
      `${name}: installs and runs, ${stderr.includes("WebAssembly") ? "in WebAssembly" : "natively"}`,
    );
  });
  inProject(least(tarball), (folder) => {
    const { stderr } = run(["node", "program.js"], folder);
    expectText(stderr, /WebAssembly/, "the note");
    const compare = spawnSync(
      "npx",
      [
        "--no-install",
        "hypersolvers",
        "compare",
        field,
        "--states",
        "normal",
        "--span",
        "0,1",
        "--samples",
        "50",
        "--out",
        "compared",
      ],
      { cwd: folder, encoding: "utf8", shell: process.platform === "win32" },
    );
    expectText(compare.stderr, /PACKAGE_NOT_INSTALLED[\s\S]*npm install vega/, "a picture without Vega");
    console.log(`${name}: without optional packages it runs in WebAssembly, and says so`);
  });
}

const [packed] = JSON.parse(
  execFileSync("npm", ["pack", "--json", "--pack-destination", tmpdir()], { cwd: root, encoding: "utf8" }),
);
const tarball = join(tmpdir(), packed.filename);
try {
  const asked = process.argv.slice(2);
  for (const name of asked.length > 0 ? asked : ["npm"]) tryPackage(name, tarball);
} finally {
  rmSync(tarball, { force: true });
}
