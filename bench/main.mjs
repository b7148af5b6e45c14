// @ts-check
/** Runs subjects against PyTorch, interleaved, and prints tables. See README.md. */
import { existsSync, writeFileSync } from "node:fs";
import { readArguments, usage } from "./lib/arguments.mjs";
import { describeMachine } from "./lib/machine.mjs";
import { peerEnvironment, startPeer } from "./lib/peer.mjs";
import { BenchError, fail } from "./lib/process.mjs";
import { printResult } from "./lib/report.mjs";

/** @typedef {import("./subjects/index.mjs").Subject} Subject */
/** @typedef {import("./lib/peer.mjs").PeerFacts} PeerFacts */

/**
 * The peer of one subject; undefined, with a line that says why, when the subject runs alone.
 * @param {Subject} subject
 */
async function peerFor({ name, needs }) {
  if (needs.length === 0) return undefined;
  try {
    const peer = await startPeer();
    if (!needs.includes("torchdiffeq") || peer.facts.torchdiffeq !== null) return peer;
    await peer.close();
    throw fail("no torchdiffeq; set TORCHDIFFEQ to a checkout");
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    console.log(`\n${name}: no PyTorch side (${error.message}); measuring hypersolvers alone`);
    return undefined;
  }
}

/** Below, PyTorch has found a BLAS without vector instructions, and every ratio flatters us. */
const LEAST_GIGAFLOPS = 20;

/** @param {PeerFacts} facts */
function printPeer({ torch, python, threads, build, gigaflops, torchdiffeq, environment }) {
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const { removed } = peerEnvironment();
  const notes = removed.length > 0 ? `, unset ${removed.join(" ")}` : "";
  console.log(
    `peer: PyTorch ${torch}, Python ${python}, torchdiffeq ${torchdiffeq ?? "absent"}, ${threads} threads (${settings.join(" ")}${notes})`,
  );
  console.log(`      ${build}`);
  const slow =
    gigaflops < LEAST_GIGAFLOPS ? ": A REFERENCE BLAS, NO OPPONENT; install libopenblas0-pthread" : "";
  console.log(`      its matrix product of 1024: ${gigaflops.toFixed(0)} GFLOP/s${slow}`);
}

/** After every subject, so that a later failure loses nothing. @param {string | undefined} file @param {object} report */
function writeJson(file, report) {
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}

/** @param {{ load: number, cores: number }} machine */
function warnWhenBusy({ load, cores }) {
  if (load > cores / 4)
    console.log(`warning: load ${load} on ${cores} cores before the start: expect noise, do not publish`);
}

async function loadSubjects() {
  if (!existsSync(new URL("../dist/ode/index.js", import.meta.url)))
    throw fail("dist/ is missing: npm run build");
  return (await import("./subjects/index.mjs")).subjects;
}

/** @param {string[]} args */
async function main(args) {
  const subjects = await loadSubjects();
  const request = readArguments(
    args,
    subjects.map(({ name }) => name),
  );
  if (request.help) return console.log(usage);
  const machine = describeMachine();
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
  );
  warnWhenBusy(machine);
  /** @type {PeerFacts | undefined} */
  let peerFacts;
  const results = [];
  for (const subject of subjects.filter(({ name }) => request.only.includes(name))) {
    const peer = await peerFor(subject);
    if (peer !== undefined && peerFacts === undefined) printPeer(peer.facts);
    peerFacts ??= peer?.facts;
    try {
      const { name, title, unit } = subject;
      const result = { subject: name, title, unit, cases: await subject.run({ plan: request, peer }) };
      printResult(result);
      results.push(result);
      writeJson(request.json, { machine, peer: peerFacts ?? null, request, results });
    } finally {
      await peer?.close();
    }
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof BenchError ? `bench: ${error.message}` : error);
  process.exitCode = 1;
}
