import correctionAddress from "../../../pretrained/classifiers/mnist-authors/correction.onnx?url";
import type { ImageSet } from "../../../src/data/index.js";
import { mnistClasses } from "../../../src/data/index.js";
import { authorsClassifier } from "../../../src/experiments/images/authors-classifier.js";
import { decodeCorrection, hyper, meshErrors, referenceStates } from "../../../src/hypersolver/index.js";
import { type Classifier, type CompiledClassifier, compileClassifier } from "../../../src/models/index.js";
import { type ClassifierInput, type CompiledEnd, compileStem } from "../../../src/models/internal.js";
import { adaptive, dopri5, euler, type FixedMethod, fixed, uniformMesh } from "../../../src/ode/index.js";
import type { RunContext } from "../../../src/runtime/index.js";
import { machineOf } from "../../../src/runtime/internal.js";
import { type Tensor, toFloat64 } from "../../../src/tensor/index.js";
import type { JobContext } from "./job-context.js";
import { runContext } from "./runtime.js";
import { bytesAt } from "./shipped-flows.js";

/** What a solver makes of a digit. */
export interface DigitVerdict {
  readonly title: string;
  readonly nfe: number;
  readonly milliseconds: number;
  /** Of the ten classes. */
  readonly probabilities: readonly number[];
  /** Mean |z_k − z(s_k)| over pixels and channels at each mesh point; absent for the reference. */
  readonly errors?: readonly number[];
  /** The same by pixel, averaged over channels: one map a mesh point, row by row. */
  readonly maps?: readonly Float32Array[];
  readonly side?: number;
}

const STEPS = 10;
const tolerances = (tolerance: number) => adaptive(dopri5, { rtol: tolerance, atol: tolerance });

interface Solver {
  readonly title: string;
  readonly method: FixedMethod | undefined;
  readonly compiled: CompiledClassifier;
}

interface Desk {
  readonly classifier: Classifier;
  readonly stem: CompiledEnd<ClassifierInput>;
  readonly solvers: readonly Solver[];
}

let desk: Promise<Desk> | undefined;

async function prepare(context: RunContext): Promise<Desk> {
  const classifier = await authorsClassifier();
  const correction = decodeCorrection(await bytesAt(correctionAddress), "correction.onnx");
  const machine = machineOf(context);
  const solver = async (title: string, method: FixedMethod | undefined): Promise<Solver> => ({
    title,
    method,
    compiled: await compileClassifier(classifier, { ...machine, method: method ?? tolerances(1e-4) }),
  });
  return {
    classifier,
    stem: await compileStem(classifier, machine),
    solvers: [
      await solver("dopri5", undefined),
      await solver("Euler", fixed(euler, { steps: STEPS })),
      await solver("HyperEuler", hyper(correction, { steps: STEPS })),
    ],
  };
}

/** Classifies a drawing, 28 × 28 bytes, white on black, by every solver. */
export async function classify(
  { pixels }: { readonly pixels: Uint8Array },
  { signal }: JobContext,
): Promise<readonly DigitVerdict[]> {
  const context = await runContext({ signal });
  desk ??= prepare(context);
  const { classifier, stem, solvers } = await desk;
  const images: ImageSet = {
    shape: [1, 1, 28, 28],
    images: pixels,
    labels: Uint8Array.of(0),
    classes: mnistClasses,
  };
  const { field, architecture } = classifier;
  const samples = { z0: await stem.run(images), controls: {} };
  const mesh = uniformMesh(architecture.span, STEPS);
  const machine = machineOf(context);
  const exact = await referenceStates(field, mesh, samples, tolerances(1e-5), machine);
  const verdicts: DigitVerdict[] = [];
  for (const { title, method, compiled } of solvers) {
    const { logits, statistics } = await compiled.run(images);
    const { nfe, milliseconds } = statistics;
    const verdict = { title, nfe, milliseconds, probabilities: softmax([...toFloat64(logits)]) };
    if (method === undefined) verdicts.push(verdict);
    else {
      const points = await meshErrors(field, method, architecture.span, samples, exact, machine);
      const maps = points.map(({ absolute }) => mapOf(absolute));
      const errors = maps.map((map) => map.reduce((sum, value) => sum + value, 0) / map.length);
      verdicts.push({ ...verdict, errors, maps, side: samples.z0.shape[2] ?? 28 });
    }
  }
  return verdicts;
}

/** Mean over channels of [1, c, h, w]. */
function mapOf({ data, shape }: Tensor): Float32Array {
  const [, channels = 1, height = 1, width = 1] = shape;
  const plane = height * width;
  const map = new Float32Array(plane);
  for (let i = 0; i < plane * channels; i++)
    map[i % plane] = (map[i % plane] ?? 0) + Number(data[i]) / channels;
  return map;
}

function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const weights = logits.map((value) => Math.exp(value - most));
  const total = weights.reduce((sum, value) => sum + value, 0);
  return weights.map((value) => value / total);
}
