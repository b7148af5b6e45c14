/**
 * Full and read-only disks: a small file system in memory, where this machine lets us mount one, takes the results of a fit.
 * `node scripts/chaos/disks.mjs`, after a build.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commands, hypersolvers } from "./commands.mjs";

const { line } = commands.fit;

/** Ends in words of ours, with the reason; nothing half-written is left. */
async function refused(folder, reason, say) {
  const { code, err } = await hypersolvers([...line, "--out", folder]).ended;
  assert.notEqual(code, 0, `a fit into ${reason} succeeded`);
  assert.match(err, /FILE_NOT_WRITABLE|no space|read-only|could not be/i);
  assert.ok(!/UNEXPECTED|a bug of ours|\n {4}at /.test(err), err);
  say(`${reason}: ${err.trim().split("\n").at(-1)?.trim()}`);
}

const filesOf = (folder) => readdirSync(folder, { recursive: true }).map(String);

/** @returns whether it could be tried. */
export async function disks({ say }) {
  const place = mkdtempSync(join(tmpdir(), "hypersolvers-disk-"));
  const mount = (...options) => execFileSync("mount", options, { stdio: "pipe" });
  try {
    mount("-t", "tmpfs", "-o", "size=32k", "tmpfs", place);
  } catch (error) {
    rmSync(place, { recursive: true });
    say(`full and read-only disks are not tried: this machine mounts none (${String(error.stderr).trim()})`);
    return false;
  }
  try {
    await refused(join(place, "run"), "a full disk", say);
    assert.deepEqual(
      filesOf(place).filter((name) => name.endsWith(".tmp")),
      [],
    );
    mount("-o", "remount,ro,size=32k", place);
    await refused(join(place, "other"), "a read-only disk", say);
    return true;
  } finally {
    execFileSync("umount", [place]);
    rmSync(place, { recursive: true, force: true });
  }
}

if (import.meta.url === `file://${process.argv[1]}`) await disks({ say: (text) => console.log(text) });
