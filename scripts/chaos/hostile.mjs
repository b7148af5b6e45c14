/**
 * Gives every reader damaged files: `node scripts/chaos/hostile.mjs [--mutants N] [--from SEED] [--readers a,b]`, after a build.
 *
 * A mutant is a whole file with one to four kinds of damage: bits, bytes, lengths, pieces that are missing, doubled or another
 * file's, numbers and names in its text. A reader has to read it or to refuse it in words of ours; another error, a process
 * that dies, and ten seconds over fifty mutants are faults, told by their numbers, which make the same mutants anew.
 */
import { fork } from "node:child_process";
import { parseArgs } from "node:util";

const names = [
  ...[
    "onnx",
    "safetensors",
    "npy",
    "npz",
    "csv",
    "correction",
    "coefficients",
    "flow",
    "checkpoint",
    "json",
    "yaml",
  ],
];
/** Milliseconds over fifty mutants, on a busy machine. */
const STUCK = 60_000;
/** Bytes that a process may hold. */
const HEAP = 1024;

function startProcess() {
  return fork(new URL("reader-process.mjs", import.meta.url), {
    execArgv: [`--max-old-space-size=${HEAP}`],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}

/** One reader over its mutants. @returns what became of them. */
function torment(reader, from, to) {
  return new Promise((resolve) => {
    const child = startProcess();
    const begun = performance.now();
    const faults = [];
    let [at, last, said] = [from, performance.now(), ""];
    child.stderr.on("data", (chunk) => (said = `${said}${chunk}`.slice(-400)));
    const watch = setInterval(() => {
      if (performance.now() - last < STUCK) return;
      faults.push({ seed: at, error: `no word for ${STUCK / 1000} s, among mutants ${at} to ${at + 49}` });
      child.kill("SIGKILL");
    }, 1000);
    let result;
    child.on("message", (message) => {
      last = performance.now();
      if (message.kind === "ready") child.send({ reader, from, to });
      else if (message.kind === "at") at = message.seed;
      else if (message.kind === "fault") faults.push(message);
      else {
        result = message;
        child.disconnect();
      }
    });
    child.once("exit", (code, signal) => {
      clearInterval(watch);
      if (result === undefined && faults.every(({ seed }) => seed !== at))
        faults.push({
          seed: at,
          error: `the process ended with ${signal ?? code} among mutants ${at} to ${at + 49}: ${said}`,
        });
      resolve({ ...result, faults, seconds: (performance.now() - begun) / 1000 });
    });
  });
}

/** @returns the number of faults. */
export async function hostileFiles({ mutants, from = 0, readers = names, say }) {
  let count = 0;
  for (const reader of readers) {
    const {
      read = 0,
      refused = 0,
      memory = 0,
      faults,
      seconds,
    } = await torment(reader, from, from + mutants);
    say(
      `${reader}: ${mutants} mutants, ${read} read, ${refused} refused, ${faults.length} faults; ` +
        `${(memory / 2 ** 20).toFixed(0)} MB, ${seconds.toFixed(1)} s`,
    );
    for (const { seed, error } of faults.slice(0, 5)) say(`  mutant ${seed} of ${reader}: ${error}`);
    count += faults.length;
  }
  return count;
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const { values } = parseArgs({
    options: {
      mutants: { type: "string", default: "300" },
      from: { type: "string", default: "0" },
      readers: { type: "string", default: names.join(",") },
    },
  });
  const faults = await hostileFiles({
    mutants: Number(values.mutants),
    from: Number(values.from),
    readers: values.readers.split(","),
    say: (text) => console.log(text),
  });
  process.exitCode = faults === 0 ? 0 : 1;
}
