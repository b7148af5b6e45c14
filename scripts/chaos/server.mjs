/** A PostgreSQL server of one's own, in a temporary folder: out of the packages of the system, and gone afterwards. */
import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The folder of the newest server's programs. */
function programs() {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  for (const version of versions)
    if (existsSync(join(root, version, "bin", "initdb"))) return join(root, version, "bin");
  const found = spawnSync("pg_config", ["--bindir"], { encoding: "utf8" });
  const folder = found.stdout?.trim() ?? "";
  if (existsSync(join(folder, "initdb"))) return folder;
  throw new Error("There is no PostgreSQL server here: install the package postgresql.");
}

/** A server refuses to run as root: then it is the user whom the package made. */
function owner() {
  if (process.getuid?.() !== 0) return {};
  const id = (flag) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts a server. @param options of its configuration. */
export async function startServer(options = []) {
  const bin = programs();
  const user = owner();
  const folder = mkdtempSync(join(tmpdir(), "hypersolvers-chaos-"));
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const port = await freePort();
  const run = (program, ...args) =>
    execFileSync(join(bin, program), args, { ...user, cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const settings = [
    "fsync=off",
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${folder}`,
    ...options,
  ];
  const flags = [`-p ${port}`, ...settings.map((setting) => `-c ${setting}`)].join(" ");
  const control = (...args) => run("pg_ctl", "-D", "data", "-w", "-s", "-l", "log", ...args);
  run("initdb", "-D", "data", "-A", "trust", "-U", "chaos", "-N");
  control("-o", flags, "start");
  return {
    url: `postgres://chaos:secret@127.0.0.1:${port}/postgres`,
    folder,
    /** Without a checkpoint of its own: as after a power failure. */
    crash: () => control("-m", "immediate", "stop"),
    start: () => control("-o", flags, "start"),
    remove: () => {
      try {
        control("-m", "immediate", "stop");
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
