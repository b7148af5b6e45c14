/**
 * Builds the documentation site into docs/.vitepress/dist, or serves it while it is written (`dev`). Its tools are a
 * package of their own, docs/package.json: they need a TypeScript of JavaScript (TypeDoc), and weigh more than ours.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { copies } from "../docs/.vitepress/links.mjs";
import { setUp } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const docs = join(root, "docs");

function run(command, args, folder) {
  const { status } = spawnSync(command, args, {
    cwd: folder,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
}

const npm = (script, ...args) => run("npm", ["run", "--silent", script, ...args], root);
const tool = (name, ...args) => run(process.execPath, [join(docs, "node_modules", name), ...args], docs);

/** The API's pages: a file for each layer, entitled as it is imported; what a function takes apart has no name. */
function writeApi() {
  rmSync(join(docs, "api"), { recursive: true, force: true });
  tool("typedoc/bin/typedoc", "--logLevel", "Warn");
  for (const file of readdirSync(join(docs, "api"), { recursive: true }).map(String)) {
    if (!file.endsWith(".md")) continue;
    const path = join(docs, "api", file);
    const layer = file.replaceAll("\\", "/").slice(0, -".md".length);
    const name = layer === "index" ? "hypersolvers" : `hypersolvers/${layer}`;
    writeFileSync(
      path,
      readFileSync(path, "utf8")
        .replace(/^# .*$/m, `# ${name}`)
        .replaceAll(/__namedParameters(?=\W)/g, "options"),
    );
  }
}

const [what = "build"] = process.argv.slice(2);
setUp(docs);
if (!existsSync(join(root, "dist/index.d.ts"))) npm("build");
if (!existsSync(join(root, "web/dist/index.html"))) npm("web:build", "--", "--logLevel", "warn");
for (const folder of ["project", "public"]) rmSync(join(docs, folder), { recursive: true, force: true });
for (const [from, to] of [...copies, ["web/dist", "public/playground"]])
  cpSync(join(root, from), join(docs, to), { recursive: true });
writeApi();
tool("vitepress/bin/vitepress.js", what);
