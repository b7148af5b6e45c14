/**
 * Packs the package and looks at it as tools and compilers of its users do: publint, Are the types wrong, and TypeScript 5.4
 * to 7, strict, with the types of all that it depends on checked, without a DOM. The tools are installed beside the tarball
 * into an empty project, which is removed afterwards.
 *
 *   node scripts/check-package.mjs
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { exports, name } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const compilers = ["5.4", "5.9", "6", "7"];
const tools = [
  "publint@0.3",
  "@arethetypeswrong/cli@0.18",
  "@types/node@20",
  ...compilers.map((version) => `typescript-${version}@npm:typescript@${version}`),
];

/** A program that names every entry, compiled in an ES2022 without DOM. */
const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
const program = [
  ...entries.map((entry, i) => `import * as entry${i} from "${name}${entry.slice(1)}";`),
  `export const all: readonly object[] = [${entries.map((_, i) => `entry${i}`).join(", ")}];`,
].join("\n");
const settings = {
  ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
  ...{ lib: ["es2022"], target: "es2022", types: ["node"] },
};
const resolutions = {
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
};

const folder = mkdtempSync(join(tmpdir(), "hypersolvers-types-"));
const failures = [];

/** Runs a tool of the project; what it says of a failure is kept. */
function look(what, path, args) {
  const found = spawnSync(process.execPath, [join(folder, "node_modules", path), ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  if (found.status !== 0) failures.push(`${what}:\n${found.stdout}${found.stderr}`);
  console.log(`${found.status === 0 ? "clean" : "NOT CLEAN"}: ${what}`);
}

try {
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
  });
  const tarball = join(folder, JSON.parse(packed)[0].filename);
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "checked", private: true, type: "module" }),
  );
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", tarball, ...tools], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  writeFileSync(join(folder, "program.ts"), program);
  look("publint", ".bin/publint", ["run", tarball, "--strict"]);
  look("Are the types wrong", ".bin/attw", [tarball, "--profile", "esm-only"]);
  for (const [resolution, options] of Object.entries(resolutions)) {
    const project = join(folder, `tsconfig.${resolution}.json`);
    writeFileSync(
      project,
      JSON.stringify({ compilerOptions: { ...settings, ...options }, files: ["program.ts"] }),
    );
    for (const version of compilers) {
      // @bufbuild/protobuf speaks of Uint8Array<ArrayBuffer>, which came with 5.7: older ones check our types alone.
      const leave = version === "5.4" ? ["--skipLibCheck"] : [];
      look(`TypeScript ${version}, ${resolution}`, `typescript-${version}/bin/tsc`, [
        "-p",
        project,
        ...leave,
      ]);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failures.length > 0) throw new Error(failures.join("\n\n"));
