/** Runs every example as a user would, each in a folder of its own under runs/examples; stops at the first that fails. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const wanted = process.argv.slice(2);
const examples = readdirSync(`${root}/examples`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && (wanted.length === 0 || wanted.includes(entry.name)))
  .map(({ name }) => name);

for (const name of examples) {
  const cwd = `${root}/runs/examples/${name}`;
  mkdirSync(cwd, { recursive: true });
  console.log(`\n${name}`);
  const { status } = spawnSync(process.execPath, [`${root}/examples/${name}/main.mjs`], {
    cwd,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}
