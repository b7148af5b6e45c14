// @ts-check
/**
 * Copies trained flows from runs of `reproduce cnf` into pretrained/flows, each with a manifest of how it was made.
 * Usage: node scripts/ship-flows.mjs RUN_FOLDER…
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const target = new URL("../pretrained/flows/", import.meta.url).pathname;
const shipped = [
  "flow.onnx",
  "correction.onnx",
  "correction-heun.onnx",
  "correction-euler.onnx",
  "correction-both.onnx",
  "correction-density.onnx",
];

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** The numbers that tell what the files are worth. @param {any} metrics */
function figuresOf({ flow, sampling, quality, densities }) {
  const { heldOut, entropy } = flow;
  const errors = Object.entries(sampling).map(([method, { hypersolver, base }]) => [
    method,
    { hypersolver: hypersolver.mean, base: base.mean },
  ]);
  return {
    heldOutNll: heldOut.nll,
    ...(entropy !== undefined && { entropy }),
    dopri5Nfe: heldOut.nfe,
    meanErrorOfSamples: Object.fromEntries(errors),
    samples: quality,
    densities,
  };
}

/** @param {string} folder */
function ship(folder) {
  const metrics = JSON.parse(readFileSync(join(folder, "metrics.json"), "utf8"));
  if (metrics.status !== "complete") throw new Error(`${folder}: ${metrics.status}`);
  const place = join(target, metrics.density);
  mkdirSync(place, { recursive: true });
  const files = shipped.map((name) => {
    const bytes = readFileSync(join(folder, name));
    writeFileSync(join(place, name), bytes);
    return /** @type {const} */ ([name, sha256(bytes)]);
  });
  const { density, preset, seed } = metrics;
  const manifest = {
    density,
    command: `hypersolvers reproduce cnf --density ${density} --preset ${preset} --seed ${seed}`,
    sha256: Object.fromEntries(files),
    ...figuresOf(metrics),
  };
  writeFileSync(join(place, "manifest.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  console.log(`pretrained/flows/${density}`);
}

const folders = process.argv.slice(2);
if (folders.length === 0) {
  console.error("usage: node scripts/ship-flows.mjs RUN_FOLDER…");
  process.exitCode = 2;
}
for (const folder of folders) ship(folder);
