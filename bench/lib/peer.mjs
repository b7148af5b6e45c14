// @ts-check
/** The other side of a comparison: one Python process with PyTorch, driven by JSON lines. */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { fail, killedAtExit } from "./process.mjs";
import { decodeTensors, encodeTensors } from "./wire.mjs";

/** @typedef {import("./wire.mjs").NamedTensors} NamedTensors */

/**
 * What the peer says about itself.
 * @typedef {object} PeerFacts
 * @property {string} torch version
 * @property {string} python version
 * @property {number} threads what torch.get_num_threads() gives
 * @property {string} build one line out of torch.__config__
 * @property {number} gigaflops of one matrix product
 * @property {string | null} torchdiffeq version, or null where it cannot be imported
 * @property {Record<string, string>} environment thread settings it runs under
 */

/**
 * @typedef {object} Peer
 * @property {PeerFacts} facts
 * @property {(subject: string, options: object, tensors: NamedTensors, work?: string) => Promise<Prepared>} prepare
 *   builds the work; it replaces work that was prepared before under the same name
 * @property {(repetitions: number, threads: number, work?: string) => Promise<number[]>} run milliseconds of each
 *   repetition
 * @property {(tensors: NamedTensors, work?: string) => Promise<Prepared>} feed hands tensors to work that takes them
 * @property {(reset: boolean) => Promise<{ residentMb: number | null, peakMb: number | null }>} memory of its process;
 *   `reset` starts a new peak
 * @property {() => Promise<void>} close
 */

/** @typedef {{ facts: Record<string, number>, tensors: NamedTensors }} Prepared */

/** Longest wait for one answer. */
const patienceMs = 300_000;

/** Settings of another machine's BLAS that would slow this one down. */
const unwanted = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

/** Environment of the child: PEER_ENV ("NAME=value NAME=value") has the last word. */
export function peerEnvironment(environment = process.env) {
  const extra = (environment.PEER_ENV ?? "").split(/\s+/).filter((entry) => entry.includes("="));
  /** @type {Record<string, string>} */
  const settings = {
    OMP_NUM_THREADS: String(availableParallelism()),
    OPENBLAS_NUM_THREADS: "1",
    PYTHONDONTWRITEBYTECODE: "1",
    ...Object.fromEntries(extra.map((entry) => entry.split(/=(.*)/s).slice(0, 2))),
  };
  /** @type {NodeJS.ProcessEnv} */
  const all = { ...environment };
  const removed = unwanted.filter((name) => all[name] !== undefined);
  for (const name of removed) delete all[name];
  return { all: { ...all, ...settings }, settings, removed };
}

/**
 * Starts the peer.
 * @returns {Promise<Peer>}
 * @throws {Error} in one line when there is no Python or no PyTorch.
 */
export async function startPeer() {
  const python = process.env.PEER_PYTHON ?? "/usr/bin/python3";
  const { all, settings } = peerEnvironment();
  const script = fileURLToPath(new URL("../peer/main.py", import.meta.url));
  const child = spawn(python, ["-u", script], { env: all, stdio: ["pipe", "pipe", "pipe"] });
  killedAtExit(child);
  const ask = conversation(child, python);
  try {
    const facts = /** @type {PeerFacts} */ (await ask({ command: "hello" }));
    return peerOf(child, ask, { ...facts, environment: settings });
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

/** Name of work in a subject that has but one. */
const onlyWork = "work";

/** @param {any} reply @returns {Prepared} */
const prepared = (reply) => ({ facts: reply.facts, tensors: decodeTensors(reply.tensors) });

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {(request: object) => Promise<any>} ask
 * @param {PeerFacts} facts
 * @returns {Peer}
 */
function peerOf(child, ask, facts) {
  return {
    facts,
    prepare: async (subject, options, tensors, work = onlyWork) =>
      prepared(await ask({ command: "prepare", subject, options, tensors: encodeTensors(tensors), work })),
    run: async (repetitions, threads, work = onlyWork) =>
      (await ask({ command: "run", repetitions, threads, work })).milliseconds,
    feed: async (tensors, work = onlyWork) =>
      prepared(await ask({ command: "feed", tensors: encodeTensors(tensors), work })),
    memory: (reset) => ask({ command: "memory", reset }),
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/**
 * One question, one answer, in order.
 * @param {import("node:child_process").ChildProcessWithoutNullStreams} child
 * @param {string} python
 * @returns {(request: object) => Promise<any>}
 */
function conversation(child, python) {
  /** @type {{ resolve(value: any): void, reject(error: Error): void } | undefined} */
  let waiting;
  let complaints = "";
  /** @type {Error | undefined} */
  let end;
  const finish = (/** @type {Error} */ error) => {
    end ??= error;
    waiting?.reject(end);
  };
  child.stderr.on("data", (chunk) => {
    complaints = (complaints + chunk).slice(-2000);
  });
  child.stdin.on("error", () => {});
  child.on("error", (error) => finish(fail(`cannot start ${python}: ${error.message}`)));
  child.on("close", (code) => finish(fail(`${python} ended (${code}): ${lastLine(complaints)}`)));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const reply = JSON.parse(line);
    if (reply.error === undefined) waiting?.resolve(reply);
    else waiting?.reject(fail(`peer: ${reply.error}`));
  });
  return (request) =>
    new Promise((resolve, reject) => {
      if (end !== undefined) return reject(end);
      const timer = setTimeout(() => reject(fail(`peer: no answer in ${patienceMs / 1000} s`)), patienceMs);
      const settle = (/** @type {(value: any) => void} */ next) => (/** @type {any} */ value) => {
        clearTimeout(timer);
        waiting = undefined;
        next(value);
      };
      waiting = { resolve: settle(resolve), reject: settle(reject) };
      child.stdin.write(`${JSON.stringify(request)}\n`);
    });
}

const lastLine = (/** @type {string} */ text) => text.trim().split("\n").at(-1) || "no message";
