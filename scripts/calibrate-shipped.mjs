// @ts-check
/**
 * Calibrates the sampling corrections of the flows in pretrained/: bounds of errors into their cards, weights as they are, and
 * their new hashes into the manifests. `ship-runs.mjs` ships runs that have bounds already; this is for files that were made
 * before there were any.
 * Usage: npm run build && node scripts/calibrate-shipped.mjs [FLOW…]
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { baseStates } from "../dist/experiments/flow/flow-states.js";
import { calibrateSolve, decodeCorrection, encodeCorrection, hyper } from "../dist/hypersolver/index.js";
import { measuringReference } from "../dist/hypersolver/internal.js";
import { decodeFlow } from "../dist/models/index.js";
import { Random } from "../dist/tensor/index.js";

/** Those that sample: `correction-density.onnx` steps states with their log-densities, from data. */
const FILES = ["correction.onnx", "correction-heun.onnx", "correction-euler.onnx", "correction-both.onnx"];
const SAMPLES = 2000;

const flows = new URL("../pretrained/flows/", import.meta.url).pathname;

/** @param {string} name */
async function calibrateFlow(name) {
  const folder = join(flows, name);
  const flow = decodeFlow(readFileSync(join(folder, "flow.onnx")), "flow.onnx");
  const states = baseStates(flow);
  const place = join(folder, "manifest.json");
  const manifest = JSON.parse(readFileSync(place, "utf8"));
  for (const file of FILES) {
    const correction = decodeCorrection(readFileSync(join(folder, file)), file);
    const { card } = correction;
    const random = new Random(card.seed);
    const errors = states.calibration?.(SAMPLES, random);
    if (errors === undefined) throw new Error(`${name}: no states for calibration`);
    const edges = states.validation(2 * SAMPLES, random.fork("taught"));
    const method = hyper(correction, { steps: card.steps });
    const options = { random: random.fork("predictor"), threads: 1 };
    const reference = measuringReference(flow.field);
    const calibration = await calibrateSolve(
      flow.field,
      method,
      card.span,
      { edges, errors },
      reference,
      options,
    );
    const bytes = encodeCorrection(correction, { ...card, calibration });
    const { card: written } = decodeCorrection(bytes, file);
    // Files of version 0.1 do not say what their weights were.
    if (card.weights !== undefined && written.weights !== card.weights)
      throw new Error(`${name}/${file}: weights have changed`);
    writeFileSync(join(folder, file), bytes);
    manifest.sha256[file] = createHash("sha256").update(bytes).digest("hex");
    console.log(`${name}/${file}: ${calibration?.score}, ${calibration?.samples} states`);
  }
  writeFileSync(place, `${JSON.stringify(manifest, undefined, 2)}\n`);
}

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : readdirSync(flows)) await calibrateFlow(name);
