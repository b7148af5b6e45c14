import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bind, encodeOnnx } from "../../src/graph/index.js";
import {
  decodeSafetensors,
  encodeSafetensors,
  fromNumbers,
  Random,
  type Tensor,
} from "../../src/tensor/index.js";
import { convolutionalField, imageShape, normalTensor } from "../helpers/image-fields.js";
import { type Finished, oneProcessIn, start } from "./command-line.js";

const fixtures = "test/fixtures/fields";
const names = ["time_mlp_silu", "resmlp_layernorm_gelu", "control_softplus"];

/** Width of the states of field.onnx. */
export const DIM = 3;

/** Options that make a fit a matter of a second. */
export const LIGHT_FIT =
  "--iterations 40 --trajectories 64 --batch 32 --hidden 16 --samples 40 --budget 2,4 --reference-tolerance 1e-4 --no-figures";

/** A folder of its own with fields and states, in which command lines run. */
export interface Workplace {
  readonly folder: string;
  at(...parts: string[]): string;
  /** Runs one in the process that this place has for all of them. */
  run(...args: string[]): Promise<Finished>;
  /** Runs one in a process of its own. */
  alone(...args: string[]): Promise<Finished>;
  /** Runs lines, split at blanks, as `run` does. */
  runAll(lines: readonly string[]): Promise<Finished[]>;
  /** Fits a correction for field.onnx, in two steps of Heun: correction.onnx. */
  fit(): Promise<Finished>;
  tensors(file: string): Readonly<Record<string, Tensor>>;
  remove(): void;
}

/**
 * field.onnx and controlled.onnx take states of width 3, this with a control of width 2. z0 has 7 states; states and data
 * have 30, data for the control too. images.onnx takes states [batch, 2, 5, 4]; encoded has 60.
 */
export function workplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), "hypersolvers-cli-"));
  const at = (...parts: string[]): string => join(folder, ...parts);
  for (const name of names)
    for (const kind of ["torchscript.onnx", "dynamo.onnx", "safetensors"])
      copyFileSync(join(fixtures, `${name}.${kind}`), at(`${name}.${kind}`));
  copyFileSync("pretrained/ffjord_gaussians_field.onnx", at("ffjord.onnx"));
  copyFileSync(at("time_mlp_silu.dynamo.onnx"), at("field.onnx"));
  copyFileSync(at("control_softplus.dynamo.onnx"), at("controlled.onnx"));
  writeFileSync(at("z0.safetensors"), encodeSafetensors({ z: normal(7, DIM, 1) }));
  writeFileSync(at("states.safetensors"), encodeSafetensors({ z: normal(30, DIM, 2) }));
  writeFileSync(at("data.safetensors"), encodeSafetensors({ z: normal(30, 3, 2), x: normal(30, 2, 3) }));
  const { graph, parameters } = convolutionalField();
  writeFileSync(at("images.onnx"), encodeOnnx(bind(graph, parameters)));
  writeFileSync(at("encoded.safetensors"), encodeSafetensors({ z: normalTensor([60, ...imageShape], 1) }));
  const together = oneProcessIn(folder);
  const run = (...args: string[]): Promise<Finished> => together.run(args);
  return {
    ...{ folder, at, run },
    alone: (...args) => start(args, folder).finished,
    runAll: (lines) => Promise.all(lines.map((line) => run(...line.split(" ")))),
    fit: async () => {
      const line = `fit field.onnx --base heun --steps 2 --states normal --out run --json ${LIGHT_FIT}`;
      const fitted = await run(...line.split(" "));
      if (fitted.code === 0) copyFileSync(at("run", "correction.onnx"), at("correction.onnx"));
      return fitted;
    },
    tensors: (file) => decodeSafetensors(readFileSync(at(file)), file).tensors,
    remove: () => {
      together.end();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Standard normal numbers. */
export function normal(rows: number, columns: number, seed: number): Tensor {
  const random = new Random(seed);
  return fromNumbers(
    Array.from({ length: rows * columns }, () => random.normal()),
    [rows, columns],
  );
}
