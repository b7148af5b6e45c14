/** Everything that reads files of strangers, each with whole files to begin with. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const dist = (path) => import(new URL(`../../dist/${path}`, import.meta.url));
const [graph, hypersolver, models, data, optim, tensor, ode, config, table] = await Promise.all(
  [
    "graph/index.js",
    "hypersolver/index.js",
    "models/index.js",
    "data/index.js",
    "optim/index.js",
    "tensor/index.js",
    "ode/index.js",
    "cli/options/config-file.js",
    "cli/commands/solve/table.js",
  ].map(dist),
);

const bytesOf = (path) => new Uint8Array(readFileSync(path));
const text = (value) => new TextEncoder().encode(value);
const decoded = (bytes) => new TextDecoder().decode(bytes);
const random = new tensor.Random(1);
const matrix = tensor.fromNumbers(
  Float64Array.from({ length: 24 }, () => random.normal()),
  [8, 3],
);
const vector = tensor.fromNumbers([1, 2, 3.5], [3], "float64");
const fields = ["time_mlp_silu", "resmlp_layernorm_gelu", "control_softplus"].flatMap((name) =>
  ["dynamo", "torchscript"].map((kind) => bytesOf(`test/fixtures/fields/${name}.${kind}.onnx`)),
);
// All but the model whose weights are in a second file.
const exported = readdirSync("test/fixtures/exported")
  .filter((name, _, all) => name.endsWith(".onnx") && !all.includes(`${name}.data`))
  .sort()
  .map((name) => bytesOf(`test/fixtures/exported/${name}`));
const coefficients = (start) =>
  hypersolver.encodeCoefficients(
    ode.nonStationary(
      {
        times: [0, 0.5],
        rows: [
          { from: 0, scale: 1, weights: [start] },
          { from: 0, scale: 1, weights: [0, 1] },
        ],
      },
      { mesh: [0, 1] },
    ),
  );
const checkpoint = optim.encodeCheckpoint({
  settings: "{}",
  iteration: 12,
  seconds: 3.25,
  skipped: 0,
  curve: [
    { iteration: 1, phase: "fit", loss: 0.5, learningRate: 1e-3, metrics: { error: 1 }, validated: true },
  ],
  block: { iterations: 2, taken: 1, loss: 0.25, metrics: {} },
  best: { score: [1], metrics: { error: 1 }, values: { weight: matrix } },
  trainer: { "weight.m": matrix, "weight.v": vector },
});
const solveConfig = {
  field: "field.onnx",
  method: "dopri5",
  rtol: 1e-5,
  span: [0, 1],
  states: "normal",
  samples: 16,
  input: { w: "3.0" },
};
const yaml = 'field: field.onnx\nmethod: "heun:4"\nspan: [0, 1]\nstates: "uniform:-1,1"\nsamples: 16\n';

const folder = mkdtempSync(join(tmpdir(), "hypersolvers-mutants-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const configOf = (name) => async (bytes) => {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return config.readConfig(file, table.solveTable);
};

/** By name: the files that mutants are made of, and what reads them. */
export const readers = {
  onnx: {
    files: [...fields, ...exported],
    read: (bytes) => ode.fieldOfModel(graph.importOnnx(bytes, "mutant.onnx")),
  },
  safetensors: {
    files: [tensor.encodeSafetensors({ z: matrix, x: vector }, { author: "somebody" }), checkpoint],
    read: (bytes) => tensor.decodeSafetensors(bytes, "mutant.safetensors"),
  },
  npy: {
    files: [data.encodeNpy(matrix), data.encodeNpy(vector)],
    read: (bytes) => data.decodeNpy(bytes, "mutant.npy"),
  },
  npz: {
    files: [data.encodeNpz({ z: matrix, x: vector }), data.encodeNpz({ z: matrix })],
    read: (bytes) => data.decodeNpz(bytes, "mutant.npz"),
  },
  csv: {
    files: [text("z0,z1\n1,2\n-3.5,4e-3\n"), text('1;2\n"3";4\n'), text("1,2,3\n4,5,6\n")],
    read: (bytes) => data.decodeCsv(decoded(bytes), "mutant.csv"),
  },
  correction: {
    files: ["correction.onnx", "correction-heun.onnx"].map((name) =>
      bytesOf(`pretrained/flows/rings/${name}`),
    ),
    read: (bytes) => hypersolver.decodeCorrection(bytes, "mutant.onnx"),
  },
  coefficients: {
    files: [coefficients(0.5), coefficients(0.4)],
    read: (bytes) => hypersolver.decodeLearned(bytes, "mutant.json"),
  },
  flow: {
    files: ["rings", "circles"].map((name) => bytesOf(`pretrained/flows/${name}/flow.onnx`)),
    read: (bytes) => models.decodeFlow(bytes, "mutant.onnx"),
  },
  checkpoint: {
    files: [checkpoint],
    read: (bytes) => optim.decodeCheckpoint(bytes, "mutant.safetensors"),
  },
  json: { files: [text(JSON.stringify(solveConfig, undefined, 2))], read: configOf("mutant.json") },
  yaml: { files: [text(yaml)], read: configOf("mutant.yaml") },
};

/** Whether an error is one of ours, which says what is wrong: anything else is a fault of a reader. */
export const isOurs = (error) =>
  tensor.isHypersolversError(error) ||
  error?.name === "UsageError" ||
  error?.constructor?.name === "UsageError";
