/**
 * How much a queue costs: `node scripts/chaos/scale.mjs [JOBS] [WAITING]`.
 *
 * JOBS (10,000) jobs that do nothing go through PostgreSQL with four worker processes, and the database is restarted in the
 * middle. Then WAITING (100,000) jobs are put in, and claims are timed with few and with all of them waiting.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { jobOf } from "../../dist/experiments/sweep/job.js";
import { openQueue } from "../../dist/experiments/sweep/open-queue.js";
import { work } from "../../dist/experiments/sweep/work.js";
import { startServer } from "./server.mjs";

const kind = {
  name: "nothing",
  table: { number: { type: "integer", max: 1e9, help: "which one" } },
  files: {},
  defaults: () => kind.table,
  work: () => 1,
};
const WORKERS = 4;
const LEASE = 30;

/** A worker whose jobs are done when they begin. */
async function worker(address) {
  const queue = await openQueue({ address, patience: 600 });
  const runner = {
    start: () => ({
      ended: Promise.resolve({ kind: "done", json: { done: true }, files: [] }),
      kept: async () => undefined,
      stop: () => {},
      kill: () => {},
    }),
    dispose: async () => {},
  };
  // SIGTERM ends it: that none waits while the database is away says nothing.
  const stop = new AbortController();
  process.once("SIGTERM", () => stop.abort());
  await work(queue, runner, { kinds: { nothing: kind }, worker: String(process.pid), signal: stop.signal });
  await queue.close();
  const { user, system } = process.cpuUsage();
  console.log(`a worker has used ${((user + system) / 1e6).toFixed(1)} s of CPU`);
}

const jobs = (from, count) => Array.from({ length: count }, (_, i) => jobOf(kind, { number: from + i }, {}));
const timed = async (action) => {
  const begun = performance.now();
  const result = await action();
  return [(performance.now() - begun) / 1000, result];
};

/** Milliseconds of the median of some claims. */
async function claimTime(queue, count = 101) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const [seconds, claim] = await timed(() => queue.claim());
    assert.ok(claim, "nothing to claim");
    times.push(1000 * seconds);
    await queue.release(claim);
  }
  return times.sort((a, b) => a - b)[Math.floor(count / 2)];
}

async function completed(queue, all) {
  let done = 0;
  for (let from = 0; from < all.length; from += 5000)
    done += (await queue.results(all.slice(from, from + 5000).map(({ key }) => key))).size;
  return done;
}

async function main(count, waiting) {
  const server = await startServer(["fsync=on"]);
  const queue = await openQueue({ address: server.url, patience: 600 });
  const children = [];
  try {
    const trivial = jobs(0, count);
    const [submitting] = await timed(() => queue.submit(trivial, { tries: 3, lease: LEASE }));
    console.log(`${count} jobs submitted in ${submitting.toFixed(1)} s`);
    for (let i = 0; i < WORKERS; i++)
      children.push(
        spawn(process.execPath, [fileURLToPath(import.meta.url), "worker", server.url], { stdio: "inherit" }),
      );
    let isRestarted = false;
    let done = 0;
    const [seconds] = await timed(async () => {
      while (done < count) {
        await new Promise((next) => setTimeout(next, 500));
        done = await completed(queue, trivial);
        if (isRestarted || done < count / 2) continue;
        isRestarted = true;
        const [away] = await timed(() => {
          server.crash();
          server.start();
        });
        console.log(`database killed and restarted at ${done} results: ${away.toFixed(1)} s away`);
      }
    });
    const standings = await queue.states(trivial.map(({ key }) => key));
    assert.equal([...standings.values()].filter(({ state }) => state === "complete").length, count);
    console.log(
      `${count} jobs through ${WORKERS} workers in ${seconds.toFixed(1)} s: ${((1000 * WORKERS * seconds) / count).toFixed(1)} ms of a worker each`,
    );
    for (const child of children) child.kill("SIGTERM");
    await Promise.all(children.map((child) => new Promise((end) => child.once("close", end))));

    await queue.submit(jobs(count, 1000), { tries: 3, lease: LEASE });
    const few = await claimTime(queue);
    const [filling] = await timed(() =>
      queue.submit(jobs(count + 1000, waiting - 1000), { tries: 3, lease: LEASE }),
    );
    const many = await claimTime(queue);
    console.log(
      `${waiting} jobs waiting (submitted in ${filling.toFixed(1)} s): a claim takes ${many.toFixed(2)} ms, of 1000 ${few.toFixed(2)} ms`,
    );
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await queue.close();
    server.remove();
  }
}

const [first, second] = process.argv.slice(2);
if (first === "worker") await worker(second);
else await main(Number(first ?? 10_000), Number(second ?? 100_000));
