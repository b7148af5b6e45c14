/**
 * Many runs in one process, as in a server: `node --expose-gc scripts/chaos/endurance.mjs [--rounds N]`, after a build. A round
 * imports a field, learns a correction and coefficients, compares methods, breaks off a solve, exports, and reads a
 * damaged file. From half-way on memory grows by little.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fitCoefficients } from "../../dist/hypersolver/index.js";
import {
  compareMethods,
  competitorsOf,
  encodeSolver,
  fieldOfModel,
  fitCorrection,
  hyper,
  importOnnx,
  isHypersolversError,
  normalStates,
  orThrow,
  parseMethod,
  Random,
  solveField,
} from "../../dist/index.js";

const path = resolve("pretrained/ffjord_gaussians_field.onnx");
const bytes = new Uint8Array(readFileSync(path));
const states = normalStates([2]);
const machine = { threads: 1 };
const span = [0, 1];
const little = { span, trajectories: 64, batch: 32, iterations: 20 };

/** Everything once, with weights of its own. */
async function round(seed) {
  const field = fieldOfModel(importOnnx(bytes, path));
  const samples = states.heldOut(200, new Random(seed));
  const spec = { ...little, base: "heun", steps: 1, hidden: [16], seed };
  const { correction } = await fitCorrection(field, spec, { states }, machine);
  const coefficients = await fitCoefficients(field, { ...little, evaluations: 3, seed }, { states }, machine);
  const learned = hyper(correction, { steps: 1 });
  const dopri5 = parseMethod("dopri5@1e-3");
  const methods = competitorsOf([learned, coefficients.method, parseMethod("rk4:2"), dopri5]);
  const rows = await compareMethods({ field, methods, span, samples, repetitions: 1, ...machine });
  assert.ok(
    rows.every((row) => "error" in row && Number.isFinite(row.error)),
    "a method broke",
  );
  const signal = AbortSignal.abort();
  const stopped = solveField(field, samples.z0, { span, method: dopri5, signal, ...machine });
  await assert.rejects(stopped.then(orThrow), (error) => isHypersolversError(error, "INTERRUPTED"));
  const solver = await encodeSolver(field, learned, span, samples);
  const damaged = solver.slice(0, Math.floor(solver.length * new Random(seed).uniform()));
  assert.throws(
    () => importOnnx(damaged, "damaged.onnx"),
    (error) => isHypersolversError(error),
  );
}

/** Megabytes of the process once what nobody needs is gone. */
async function megabytes() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await new Promise((done) => setTimeout(done, 20));
  }
  return process.memoryUsage().rss / 1e6;
}

/** Rounds whose memory is compared: both after the allocator has grown to what a round needs. */
const EARLY = 0.5;
/**
 * Megabytes that memory in pieces may come to, which grows ever more slowly, and that a round may: learned weights are constants
 * of programs, and 72 of these stay loaded.
 */
const SLACK = 60;
const LEAK = 0.02;

async function endure(rounds) {
  let early = Number.NaN;
  for (let i = 1; i <= rounds; i++) {
    await round(i);
    const isEarly = i === Math.ceil(EARLY * rounds);
    if (!isEarly && i !== rounds && i % Math.ceil(rounds / 8) !== 0) continue;
    const now = await megabytes();
    if (isEarly) early = now;
    console.log(`endurance: ${i} of ${rounds} rounds, ${now.toFixed(0)} MB`);
    if (i === rounds) {
      const most = early + SLACK + LEAK * (rounds - EARLY * rounds);
      assert.ok(now <= most, `memory grew from ${early.toFixed(0)} to ${now.toFixed(0)} MB`);
    }
  }
}

/** In a process of its own, which can collect its garbage when it is told to. */
export async function endurance(rounds) {
  const args = ["--expose-gc", fileURLToPath(import.meta.url), "--rounds", String(rounds)];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  const code = await new Promise((done) => child.once("exit", done));
  assert.equal(code, 0, "endurance failed");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "10" } } });
  await endure(Number(values.rounds));
}
