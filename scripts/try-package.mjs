/**
 * Packs the package, installs the tarball into empty projects as users do, and tries it there: the command line and a
 * program. The download of CUDA by onnxruntime-node's install script is made to fail, as behind a firewall: installations
 * have to come through. What npm installed also runs on other versions of Node. A package manager or a version of Node that
 * the registry does not hand out is left out, in a line that says so.
 *
 *   node scripts/try-package.mjs [--all] [npm] [pnpm] [yarn] [yarn-berry]
 *
 * Without names: npm, pnpm and yarn. `--all` takes all managers, each without optional packages too.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { managers, missing } from "./package/managers.mjs";
import { nodes } from "./package/nodes.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const shell = process.platform === "win32";
const field = "ffjord";
const arguments_ = process.argv.slice(2);
const all = arguments_.includes("--all");
const named = arguments_.filter((name) => name !== "--all");
const asked = named.length > 0 ? named : all ? Object.keys(managers) : ["npm", "pnpm", "yarn"];
const stranger = asked.find((name) => !(name in managers));
if (stranger !== undefined)
  throw new Error(`one of ${Object.keys(managers).join(", ")} expected, got ${stranger}`);

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
console.log(\`\${process.version}: \${statistics.nfe} evaluations\`);
`;
const solve = ["solve", field, "--method", "heun:2", "--span", "0,1", "--states", "normal"];
const compare = ["compare", field, "--states", "normal", "--span", "0,1", "--samples", "50"];

const start = ([command, ...args], cwd, environment = {}) =>
  spawnSync(command, args, { cwd, shell, encoding: "utf8", env: { ...process.env, ...environment } });

function run(words, cwd, environment) {
  const { status, stdout, stderr } = start(words, cwd, environment);
  if (status !== 0) throw new Error(`${words.join(" ")}: exit ${status}\n${stdout}\n${stderr}`);
  return { stdout, stderr };
}

function expectText(text, pattern, what) {
  if (!pattern.test(text)) throw new Error(`${what}: expected ${pattern}, got\n${text}`);
}

/** An empty project with the package in it, removed afterwards. */
function inProject(name, options, use) {
  const { command, add, prepare } = managers[name];
  const folder = mkdtempSync(join(tmpdir(), "hypersolvers-package-"));
  try {
    const manifest = { name: "tried", private: true, type: "module" };
    writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
    prepare?.(folder);
    run([...command, ...add, ...options, tarball], folder, noCuda);
    writeFileSync(join(folder, "program.js"), program);
    use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The program, on a version of Node. */
function runProgram(node, folder) {
  const { stdout, stderr } = run([node, "program.js"], folder);
  expectText(stdout, /^v[\d.]+: 4 evaluations/m, "a program");
  return { version: stdout.split(":")[0], isNative: !stderr.includes("WebAssembly") };
}

/** With everything: the command line as `npx` finds it, and a program. */
function tryWhole(folder, name) {
  const bin = (...args) => run(["npx", "--no-install", "hypersolvers", ...args], folder);
  expectText(bin("--version").stdout, /^\d+\.\d+\.\d+/, "--version");
  expectText(bin("info", field).stdout, /a vector field/, "info");
  bin(...solve, "--out", "z1.safetensors");
  const { isNative } = runProgram(process.execPath, folder);
  console.log(`${name}: installs and runs, ${isNative ? "natively" : "in WebAssembly"}`);
}

/** Without optional packages: WebAssembly, with a note; no pictures, and what to install for them. */
function tryLeast(folder, name) {
  if (runProgram(process.execPath, folder).isNative) throw new Error(`${name}: the native runtime is there`);
  const { stderr } = start(["npx", "--no-install", "hypersolvers", ...compare, "--out", "compared"], folder);
  expectText(stderr, /PACKAGE_NOT_INSTALLED[\s\S]*npm install vega/, "a picture without Vega");
  console.log(`${name}: without optional packages it runs in WebAssembly, and says so`);
}

/** On every version of Node: what npm installed there. */
function tryNodes(folder) {
  let programs;
  try {
    programs = nodes(join(folder, "nodes"));
  } catch (error) {
    console.log(
      `left out: other versions of Node, which could not be fetched (${String(error.message).trim()})`,
    );
    return;
  }
  for (const node of programs) {
    const { version } = runProgram(node, folder);
    const main = join("node_modules", "hypersolvers", "dist", "cli", "main.js");
    run([node, main, ...solve, "--out", "z1.csv"], folder);
    console.log(`Node ${version}: the command line and a program run`);
  }
}

const [packed] = JSON.parse(
  execFileSync("npm", ["pack", "--json", "--pack-destination", tmpdir()], { cwd: root, encoding: "utf8" }),
);
const tarball = join(tmpdir(), packed.filename);
try {
  for (const name of asked) {
    const reason = missing(name);
    if (reason !== undefined) {
      console.log(`left out: ${name}, which could not be fetched (${reason})`);
      continue;
    }
    inProject(name, [], (folder) => {
      tryWhole(folder, name);
      if (name === "npm") tryNodes(folder);
    });
    const { least } = managers[name];
    if (least.length > 0 && (all || name === "npm"))
      inProject(name, least, (folder) => tryLeast(folder, name));
  }
} finally {
  rmSync(tarball, { force: true });
}
