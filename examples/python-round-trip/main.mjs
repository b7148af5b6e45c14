import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  compileSolve,
  decodeCorrection,
  decodeFlow,
  encodeSolver,
  hyper,
  normalStates,
  orThrow,
  Random,
} from "hypersolvers";
import { decodeNpy, encodeNpy } from "hypersolvers/data";
import { pretrainedPath } from "hypersolvers/pretrained";

// A flow that ships with the package, and its correction: samples in one step, two evaluations.
const file = pretrainedPath("pinwheel");
const { field } = decodeFlow(await readFile(file), file);
const g = file.replace("flow.onnx", "correction.onnx");
const method = hyper(decodeCorrection(await readFile(g), g), { steps: 1 });
const samples = normalStates([2]).heldOut(1000, new Random(0));

const folder = await mkdtemp(join(tmpdir(), "round-trip-"));
await writeFile(join(folder, "solver.onnx"), await encodeSolver(field, method, [0, 1], samples));
await writeFile(join(folder, "z0.npy"), encodeNpy(samples.z0));

// Python solves by the file alone: ONNX Runtime and NumPy, nothing of ours.
const python = process.env.PYTHON ?? "/usr/bin/python3";
const script = fileURLToPath(new URL("main.py", import.meta.url));
// Debian's ONNX Runtime complains of schemas on stderr as it starts, which means nothing.
const { status, stdout, stderr, error } = spawnSync(python, [script, folder], { encoding: "utf8" });
if (status !== 0) throw new Error(`${python} could not solve: ${error ?? stderr}`);
console.log(stdout.trim());

const theirs = decodeNpy(await readFile(join(folder, "z1.npy")), "z1.npy");
const solver = await compileSolve(field, { span: [0, 1], method });
const ours = orThrow(await solver.run(samples.z0)).states.at(-1);
const largest = theirs.data.reduce((worst, x, i) => Math.max(worst, Math.abs(x - ours.data[i])), 0);
console.log(`largest difference between Python and Node: ${largest.toExponential(1)}`);
if (!(largest < 1e-4)) throw new Error("Python and Node disagree");
