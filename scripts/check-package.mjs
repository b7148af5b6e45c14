/**
 * Packs the package and looks at it as tools and compilers of its users do: publint, Are the types wrong, and TypeScript 5.4
 * to 7, strict, without a DOM and without optional packages, from 5.9 on with the types of all that it depends on. Knip looks
 * at the sources for what nobody uses. All is installed into a temporary folder, which is removed afterwards: the package into
 * an empty project, the tools beside it.
 *
 *   npm run package:check [-- 5.4 5.9 6 7]
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { exports, name } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const known = ["5.4.5", "5.9.3", "6.0.3", "7.0.2"];
const asked = process.argv.slice(2);
const compilers = known.filter(
  (version) => asked.length === 0 || asked.some((start) => version.startsWith(`${start}.`)),
);
if (compilers.length === 0) throw new Error(`one of TypeScript ${known.join(", ")} expected, got ${asked}`);
const tools = [
  "publint@0.3.25",
  "@arethetypeswrong/cli@0.18.5",
  "knip@6.44.2",
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
/** How modules are found, and by which compilers: the newest tries what bundlers do, too. */
const resolutions = {
  nodenext: { options: { module: "nodenext", moduleResolution: "nodenext" }, by: compilers },
  bundler: { options: { module: "esnext", moduleResolution: "bundler" }, by: compilers.slice(-1) },
};

const folder = mkdtempSync(join(tmpdir(), "hypersolvers-types-"));
const places = { project: join(folder, "project"), tools: join(folder, "tools") };
const failures = [];

/** Installs packages into a folder of their own. */
function install(place, ...args) {
  mkdirSync(place);
  const manifest = { name: "checked", private: true, type: "module" };
  writeFileSync(join(place, "package.json"), JSON.stringify(manifest));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...args], {
    cwd: place,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Runs a tool in the project; what it says of a failure is kept. */
function look(what, path, args, place = places.project) {
  const found = spawnSync(process.execPath, [join(places.tools, "node_modules", path), ...args], {
    cwd: place,
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
  install(places.project, "--omit=optional", tarball, "@types/node@20");
  install(places.tools, ...tools);
  writeFileSync(join(places.project, "program.ts"), program);
  look("publint", ".bin/publint", ["run", tarball, "--strict"]);
  look("Are the types wrong", ".bin/attw", [tarball, "--profile", "esm-only"]);
  look("knip: nothing that nobody uses", ".bin/knip", ["--no-progress"], root);
  for (const [resolution, { options, by }] of Object.entries(resolutions)) {
    const project = join(places.project, `tsconfig.${resolution}.json`);
    writeFileSync(
      project,
      JSON.stringify({ compilerOptions: { ...settings, ...options }, files: ["program.ts"] }),
    );
    for (const version of by) {
      // @bufbuild/protobuf speaks of Uint8Array<ArrayBuffer>, which came with 5.7: older ones check our types alone.
      const leave = version.startsWith("5.4") ? ["--skipLibCheck"] : [];
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
