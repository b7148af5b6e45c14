/**
 * Breaks what can be broken while fits run through PostgreSQL, and looks whether anything is lost: a part of `npm run chaos`.
 *
 * Three fits, two workers. The process of a job is killed, a worker is killed with all that it has, another is frozen until
 * its job is somebody else's and thawed again, the database goes down and comes back. One job is killed whenever it runs.
 * In the end the three have the numbers of a fit that nobody disturbed, and the one has failed, with its reason.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";
import { startServer } from "./server.mjs";

const program = resolve("dist/cli/main.js");
const field = resolve("pretrained/ffjord_gaussians_field.onnx");
const begun = performance.now();
const say = (text) =>
  console.log(`${((performance.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${text}`);
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function until(what, look, seconds = 60) {
  const start = performance.now();
  for (;;) {
    const found = await look();
    if (found) return found;
    if ((performance.now() - start) / 1000 > seconds) throw new Error(`waited ${seconds} s for: ${what}`);
    await pause(100);
  }
}

const folder = join(tmpdir(), `hypersolvers-chaos-${process.pid}`);
mkdirSync(folder);
const server = await startServer();
const started = new Set();

function hypersolvers(...args) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { ...process.env, HYPERSOLVERS_QUEUE: server.url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.add(child);
  const heard = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (heard.out += chunk));
  child.stderr.on("data", (chunk) => (heard.err += chunk));
  const ended = new Promise((done) =>
    child.once("close", (code, signal) => done({ code, signal, ...heard })),
  );
  const events = () =>
    heard.out
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  return { child, ended, events, heard };
}

/** Processes of jobs that a worker has, as Linux tells. */
function jobProcesses({ child }) {
  return readdirSync("/proc")
    .filter((name) => {
      if (!/^\d+$/.test(name)) return false;
      try {
        // The name of the program, in brackets, may hold blanks; its parent is the second fact behind it.
        return (
          readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1).split(" ")[1] === String(child.pid)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

const worker = () => hypersolvers("worker", "--threads", "1", "--json-lines");
const heardOf = (workers, event, key) =>
  workers
    .flatMap(({ events }) => events())
    .filter((each) => each.event === event && (key === undefined || each.key === key));

const light = {
  base: "heun",
  steps: 1,
  states: "normal",
  trajectories: 64,
  batch: 64,
  hidden: [32, 32],
  samples: 40,
  budget: [2],
  figures: false,
};
/** The same for a command line. */
const LIGHT =
  "--base heun --steps 1 --states normal --trajectories 64 --batch 64 --hidden 32,32 --samples 40 --budget 2 --no-figures";
const sweep = (spec, seeds) => ({
  kind: "fit",
  fields: [field],
  spec: { ...light, ...spec },
  grid: { seed: seeds },
});
const submit = async (name, of, ...options) => {
  writeFileSync(join(folder, name), JSON.stringify(of));
  const { code, out, err } = await hypersolvers(
    "sweep",
    name,
    "--no-wait",
    "--lease",
    "3",
    "--json",
    ...options,
  ).ended;
  assert.equal(code, 0, err);
  return JSON.parse(out).id;
};

const sql = new pg.Pool({ connectionString: server.url, max: 1 });
sql.on("error", () => {});

/** What the database says; `otherwise` while it does not answer. */
const one = async (text, otherwise) => {
  try {
    return (await sql.query(text)).rows[0]?.found;
  } catch (error) {
    if (otherwise === undefined) throw error;
    return otherwise;
  }
};

/** Everything that can go wrong, while three fits run. @returns the workers. */
async function disturb() {
  const [a, b] = [worker(), worker()];
  const keptIndices =
    "SELECT count(*)::int AS found FROM hypersolvers.file WHERE name LIKE 'kept/%/index.json'";
  await until("two jobs with checkpoints", async () => (await one(keptIndices, 0)) >= 2);
  say("two jobs run and have kept something");

  process.kill(jobProcesses(a)[0], "SIGKILL");
  await until("a job that was killed", () => heardOf([a], "failed")[0]?.reason.includes("SIGKILL"));
  say("the process of a job was killed: its worker noticed at once");

  b.child.kill("SIGSTOP");
  say("a worker is frozen");
  server.crash();
  await pause(1500);
  server.start();
  say("the database went down and came back");
  const c = worker();
  await until("a job that goes on", () => heardOf([a, c], "resumed")[0]);
  say("a job went on from its checkpoint");

  const overdue =
    "SELECT count(*)::int AS found FROM hypersolvers.job WHERE state = 'active' AND started_on + expire_in < now()";
  await pause(3000);
  await until("the frozen worker's job to be taken away", async () => (await one(overdue, 1)) === 0);
  b.child.kill("SIGCONT");
  await until(
    "it to see that, or to end its job first",
    () => [...heardOf([b], "lost"), ...heardOf([b], "complete")][0],
  );
  say("the frozen worker is thawed");

  const orphans = jobProcesses(a);
  a.child.kill("SIGKILL");
  await a.ended;
  await until("its job's process to end by itself", () => orphans.every((pid) => !alive(pid)), 10);
  say("a worker was killed with all that it had");
  return { a, b, c };
}

/** A job whose process dies whenever it runs. @returns the id of its sweep. */
async function poison(workers) {
  const id = await submit("poison.json", sweep({ iterations: 100_000_000 }, [9]), "--tries", "2");
  const seen = new Set();
  await until("a job that always dies to have failed", async () => {
    for (const each of workers) {
      const begun = [...heardOf([each], "begun"), ...heardOf([each], "resumed")].map((event) =>
        JSON.stringify(event),
      );
      const isFresh = begun.some((event) => !seen.has(event));
      for (const event of begun) seen.add(event);
      // Before it keeps anything: a job that comes forward has all its tries again.
      if (isFresh) for (const pid of jobProcesses(each)) process.kill(pid, "SIGKILL");
    }
    return (await one("SELECT count(*)::int AS found FROM hypersolvers.job WHERE state = 'failed'")) === 1;
  });
  say("a job that always dies has failed after its tries");
  return id;
}

/** That nothing was lost. @param calm the end of a fit that nobody disturbed. */
async function check(fits, poisoned, calm) {
  const whole = await hypersolvers("sweep", "results", fits, "--out", "fits", "--json").ended;
  assert.equal(whole.code, 0, whole.err);
  const { jobs, rows } = JSON.parse(whole.out);
  assert.deepEqual(
    jobs.map(({ state }) => state),
    ["complete", "complete", "complete"],
  );
  assert.equal(rows[0].values["mean error"].n, 3);
  assert.equal(calm.code, 0, calm.err);
  const { learned } = JSON.parse(readFileSync(join(folder, "fits/jobs/1-seed-1/metrics.json"), "utf8"));
  assert.equal(learned.mean, JSON.parse(calm.out).learned.mean);
  say(
    `attempts ${jobs.map(({ attempts }) => attempts).join(", ")}; seed 1 ends ${learned.mean} from the reference, undisturbed the same`,
  );

  const failed = await hypersolvers("sweep", "results", poisoned, "--out", "poison", "--json").ended;
  assert.match(JSON.parse(failed.out).jobs[0].reason, /SIGKILL/);
  const left = await one(`SELECT count(*)::int AS found FROM hypersolvers.file
    WHERE name LIKE 'kept/%' AND split_part(name, '/', 2) IN (SELECT key FROM hypersolvers.result)`);
  assert.equal(left, 0, "checkpoints of complete jobs are left");
}

async function main() {
  const iterations = Number(process.env.CHAOS_ITERATIONS ?? 2500);
  const fits = await submit("fits.json", sweep({ iterations }, [1, 2, 3]));
  const calm = hypersolvers(
    ...["fit", field, "--threads", "1", "--out", "calm", "--json", "--quiet", "--seed", "1"],
    ...["--iterations", String(iterations), ...LIGHT.split(" ")],
  );
  const { a, b, c } = await disturb();
  const results = "SELECT count(*)::int AS found FROM hypersolvers.result";
  await until("three results", async () => (await one(results, 0)) === 3, 120);
  say("three results");
  const poisoned = await poison([b, c]);
  for (const each of [b, c]) each.child.kill("SIGTERM");
  for (const { code, err } of await Promise.all([b.ended, c.ended])) assert.equal(code, 143, err);
  say("the other workers have ended as they were told");
  await check(fits, poisoned, await calm.ended);
  for (const { heard } of [a, b, c, calm])
    assert.ok(!`${heard.out}${heard.err}`.includes("secret"), "the password was told");
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

let failure;
try {
  await main();
  say("nothing was lost");
} catch (error) {
  failure = error;
  console.error(error);
} finally {
  for (const child of started) if (child.exitCode === null) child.kill("SIGKILL");
  await sql.end().catch(() => undefined);
  server.remove();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failure === undefined ? 0 : 1;
