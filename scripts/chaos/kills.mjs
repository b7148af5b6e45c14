/**
 * Kills long commands at random moments and goes on: `node scripts/chaos/kills.mjs [--kills N] [--commands fit,train]`, after a
 * build. Half of the blows are SIGKILL, the others SIGTERM, SIGINT and SIGHUP. After each, every file of the run is whole; in
 * the end, when the run has come through, its numbers are those of an undisturbed one, and nothing half-written is left.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { commands, hypersolvers } from "./commands.mjs";
import { randomOf } from "./mutants.mjs";
import { readers } from "./readers.mjs";

/** Blows that a run takes before it is left alone: it has to come to an end. */
const BLOWS = 3;
const signals = ["SIGKILL", "SIGTERM", "SIGKILL", "SIGINT", "SIGKILL", "SIGHUP"];

const readerOf = (name) => {
  if (name.endsWith(".safetensors")) return readers.safetensors.read;
  if (name.endsWith(".json")) return (bytes) => JSON.parse(new TextDecoder().decode(bytes));
  return undefined;
};

const filesBelow = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    : [];

/** Every file that is there can be read; half-written ones have names of their own. */
function requireWhole(folder) {
  for (const { name, parentPath } of filesBelow(folder))
    if (!name.endsWith(".tmp")) readerOf(name)?.(new Uint8Array(readFileSync(join(parentPath, name))));
}

async function timed(line, folder) {
  const begun = performance.now();
  const end = await hypersolvers([...line, "--out", folder]).ended;
  assert.ok(end.code === 0 || end.code === 3, `${line[0]} ended with ${end.code}: ${end.err}`);
  return { milliseconds: performance.now() - begun, end };
}

const metricsOf = (folder) => JSON.parse(readFileSync(join(folder, "metrics.json"), "utf8"));

/** One run with its blows. @returns how many it took. */
async function survive(line, folder, random, longest, blows) {
  let taken = 0;
  for (let attempt = 0; ; attempt++) {
    const isThere = existsSync(folder);
    const going = isThere && filesBelow(folder).some(({ name }) => !name.endsWith(".tmp"));
    const again = going ? ["--resume"] : [];
    const { child, ended } = hypersolvers([...line, "--out", folder, ...again]);
    const timer =
      taken < blows
        ? setTimeout(() => child.kill(signals[Math.floor(random() * signals.length)]), random() * longest)
        : undefined;
    const { code, signal, err } = await ended;
    clearTimeout(timer);
    requireWhole(folder);
    assert.ok(!/UNEXPECTED|a bug of ours/.test(err), err);
    if (signal !== null || [129, 130, 143].includes(code)) taken++;
    else if (code === 0 || code === 3) return taken;
    // Killed before it kept anything, or interrupted without anything to go on from: it begins anew.
    else if (/--resume/.test(err) && attempt < 50) rmSync(folder, { recursive: true, force: true });
    else throw new Error(`${line[0]} ended with ${code}: ${err}`);
  }
}

/** @returns blows taken in all. */
export async function kills({ count, names = Object.keys(commands), seed = 1, say }) {
  const random = randomOf(seed);
  const place = mkdtempSync(join(tmpdir(), "hypersolvers-kills-"));
  let all = 0;
  try {
    for (const name of names) {
      const { line, number } = commands[name];
      const calm = join(place, `${name}-calm`);
      const { milliseconds } = await timed(line, calm);
      let [taken, runs] = [0, 0];
      while (taken < count) {
        const folder = join(place, `${name}-${runs++}`);
        const blows = await survive(line, folder, random, milliseconds, Math.min(BLOWS, count - taken));
        taken += blows;
        if (number !== undefined) {
          const numbers = number(metricsOf(calm));
          assert.ok(numbers.every(Number.isFinite));
          assert.deepEqual(number(metricsOf(folder)), numbers);
        }
        const left = filesBelow(folder).filter((entry) => entry.name.endsWith(".tmp"));
        assert.deepEqual(
          left.map((entry) => entry.name),
          [],
          "half-written files are left",
        );
        rmSync(folder, { recursive: true, force: true });
      }
      all += taken;
      const same = number === undefined ? "all came through" : "all ended as the undisturbed run did";
      say(`${name}: ${taken} kills and signals in ${runs} runs; ${same}`);
    }
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  return all;
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "2" },
      commands: { type: "string", default: Object.keys(commands).join(",") },
      seed: { type: "string", default: "1" },
    },
  });
  await kills({
    count: Number(values.kills),
    names: values.commands.split(","),
    seed: Number(values.seed),
    say: (text) => console.log(text),
  });
}
