/**
 * Runs the Python of the documentation as it stands: every page's blocks as one program, less those whose packages this
 * machine lacks, and solves with every field that comes of it. `PYTHON` names the interpreter.
 *
 *     node scripts/try-python-docs.mjs [FOLDER]     # FOLDER keeps the files
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const python = process.env.PYTHON ?? "/usr/bin/python3";
const [given] = process.argv.slice(2);
const folder = given === undefined ? mkdtempSync(join(tmpdir(), "python-docs-")) : resolve(given);

/** Debian's ONNX libraries register their schemas twice and say so: two packages, no harm. */
const worthReading = (text) =>
  text
    .split("\n")
    .filter((line) => !line.startsWith("Schema error"))
    .join("\n")
    .trim();

function run(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
  if (status === 0) return stdout.trim();
  console.error(`${program} ${args.join(" ")}\n${worthReading(stderr)}`);
  process.exit(1);
}
const hypersolvers = (...args) => run(process.execPath, [join(root, "dist/cli/main.js"), ...args, "--quiet"]);
const has = (name) => spawnSync(python, ["-c", `import ${name}`]).status === 0;

const blocksOf = (page) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^```python\n([\s\S]*?)^```/gm)].map(
    ([, text]) => text,
  );
const packagesOf = (text) => [...text.matchAll(/^(?:import|from) (\w+)/gm)].map(([, name]) => name);

/** The blocks of a page that can run here, as one program. What needs `solver.onnx` comes after there is one. */
function runPage(page, isWanted) {
  const blocks = blocksOf(page).filter(isWanted);
  const missing = blocks.flatMap(packagesOf).filter((name) => !has(name));
  const able = blocks.filter((text) => packagesOf(text).every((name) => !missing.includes(name)));
  console.log(
    `${page}: ${able.length} blocks${missing.length > 0 ? `, not those with ${[...new Set(missing)]}` : ""}`,
  );
  writeFileSync(join(folder, "page.py"), able.join("\n"));
  const said = run(python, ["page.py"]);
  if (said !== "") console.log(said);
}

const needsSolver = (text) => text.includes('"solver.onnx"');
for (const page of ["docs/start/pytorch.md", "docs/start/jax.md"])
  runPage(page, (text) => !needsSolver(text));

/** Values of controls by name, as many rows as there are states. */
const controls = { x: "x.npy", y: "labels.npy", w: "3" };
const rows = 16;
const numbers = `import numpy as np; r = np.random.default_rng(0)
np.save("x.npy", r.normal(size=(${rows}, 3)).astype("float32")); np.save("labels.npy", np.arange(${rows}) % 10)`;
run(python, ["-c", numbers]);
for (const file of readdirSync(folder).filter((name) => name.endsWith(".onnx") && name !== "solver.onnx")) {
  const [roles = ""] = hypersolvers("info", file).match(/^roles.*$/m) ?? [];
  const [, own = ""] = roles.match(/controls (.*)$/) ?? [];
  const inputs = own
    .split(", ")
    .filter((name) => name !== "")
    .flatMap((name) => ["--input", `${name}=${controls[name]}`]);
  const said = hypersolvers(
    "solve",
    file,
    "--span",
    "0,1",
    "--states",
    "normal",
    "--samples",
    `${rows}`,
    ...inputs,
  );
  console.log(`${file}: ${roles.replace(/^roles\s+/, "")}\n  ${said.split("\n")[0]}`);
}

const light = [
  "--iterations",
  "50",
  "--trajectories",
  "256",
  "--samples",
  "50",
  "--budget",
  "2",
  "--no-figures",
];
hypersolvers(
  "fit",
  "field.onnx",
  "--base",
  "heun",
  "--steps",
  "1",
  "--states",
  "normal",
  "--out",
  "run",
  ...light,
);
hypersolvers("export", "field.onnx", "--correction", "run/correction.onnx", "--out", "solver.onnx");
for (const page of ["docs/start/pytorch.md", "docs/files.md"]) runPage(page, needsSolver);
