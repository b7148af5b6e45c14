// @ts-check
/**
 * Copies what runs of `reproduce` made into pretrained/, each with a manifest of how it was made.
 * Usage: node scripts/ship-runs.mjs RUN_FOLDER…
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} Kind
 * @property {string} folder below pretrained/
 * @property {readonly string[]} files
 * @property {Record<string, unknown>} facts what the manifest begins with
 * @property {string} command
 * @property {Record<string, unknown>} figures the numbers that tell what the files are worth
 */

/** @param {any} metrics @returns {Kind} */
function flowKind({ density, preset, seed, flow, sampling, quality, densities }) {
  const { heldOut, entropy } = flow;
  const errors = Object.entries(sampling).map(([method, { learned, base }]) => [
    method,
    { hypersolver: learned.mean, base: base.mean },
  ]);
  return {
    folder: `flows/${density}`,
    files: [
      ...["flow.onnx", "correction.onnx", "correction-heun.onnx", "correction-euler.onnx"],
      ...["correction-both.onnx", "correction-density.onnx"],
    ],
    facts: { density },
    command: `hypersolvers reproduce cnf --density ${density} --preset ${preset} --seed ${seed}`,
    figures: {
      heldOutNll: heldOut.nll,
      ...(entropy !== undefined && { entropy }),
      dopri5Nfe: heldOut.nfe,
      meanErrorOfSamples: Object.fromEntries(errors),
      samples: quality,
      densities,
    },
  };
}

/** @param {any} metrics @param {string} name the experiment's @returns {Kind} */
function classifierKind({ architecture, preset, seed, data, training, fits, accuracies, quality }, name) {
  const steps = Object.entries(fits).map(([method, { hypersolver }]) => [method, hypersolver.steps]);
  return {
    folder: `classifiers/${name}`,
    files: [
      // The authors' own is shipped as they published it.
      ...(training === undefined ? [] : ["classifier.safetensors"]),
      ...["correction.onnx", "correction-features.onnx", "correction-midpoint.onnx", "correction-four.onnx"],
    ],
    facts: { architecture, data },
    command: `hypersolvers reproduce ${name} --preset ${preset} --seed ${seed}`,
    figures: {
      ...(training !== undefined && { validationAccuracy: training.validationAccuracy }),
      steps: Object.fromEntries(steps),
      accuracies: accuracies.map(({ method, nfe, accuracy, standardError, images }) => ({
        ...{ method, nfe, accuracy, standardError, images },
      })),
      quality: quality
        .filter(({ role }) => role === "hypersolver")
        .map(({ method, nfe, macs, relative, images }) => ({ method, nfe, macs, relative, images })),
    },
  };
}

/** @param {string} folder */
function ship(folder) {
  const metrics = JSON.parse(readFileSync(join(folder, "metrics.json"), "utf8"));
  if (metrics.status !== "complete") throw new Error(`${folder}: ${metrics.status}`);
  const experiment = /reproduce (\S+)/.exec(metrics.command)?.[1] ?? "";
  const kind = metrics.density === undefined ? classifierKind(metrics, experiment) : flowKind(metrics);
  const place = new URL(`../pretrained/${kind.folder}/`, import.meta.url).pathname;
  mkdirSync(place, { recursive: true });
  const hashes = kind.files
    .filter((name) => existsSync(join(folder, name)))
    .map((name) => {
      const bytes = readFileSync(join(folder, name));
      writeFileSync(join(place, name), bytes);
      return [name, createHash("sha256").update(bytes).digest("hex")];
    });
  const { facts, command, figures } = kind;
  const manifest = { ...facts, command, sha256: Object.fromEntries(hashes), ...figures };
  writeFileSync(join(place, "manifest.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  console.log(`pretrained/${kind.folder}: ${hashes.map(([name]) => name).join(", ")}`);
}

const folders = process.argv.slice(2);
if (folders.length === 0) {
  console.error("usage: node scripts/ship-runs.mjs RUN_FOLDER…");
  process.exitCode = 2;
}
for (const folder of folders) ship(folder);
