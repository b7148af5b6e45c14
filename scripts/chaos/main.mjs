/**
 * Hostile files, kills, full disks, many runs in one process, workers and databases that die: `npm run chaos`, a matter of minutes; `npm run chaos --
 * --long` with 100,000 mutants a reader and 50 kills a command, a matter of hours.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { disks } from "./disks.mjs";
import { endurance } from "./endurance.mjs";
import { hostileFiles } from "./hostile.mjs";
import { kills } from "./kills.mjs";

const isLong = process.argv.includes("--long");
const say = (text) => console.log(text);

const faults = await hostileFiles({ mutants: isLong ? 100_000 : 200, say });
await disks({ say });
await endurance(isLong ? 2000 : 10);
await kills(isLong ? { count: 50, say } : { count: 2, names: ["fit", "train"], say });
const sweeps = spawn(process.execPath, [fileURLToPath(new URL("sweeps.mjs", import.meta.url))], {
  stdio: "inherit",
});
const code = await new Promise((done) => sweeps.once("exit", done));
process.exitCode = faults === 0 && code === 0 ? 0 : 1;
