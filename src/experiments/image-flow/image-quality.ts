import type { ImageSet } from "../../data/index.js";
import { imageRows, mnistNormalization } from "../../data/internal.js";
import { referenceEnds } from "../../hypersolver/internal.js";
import { frechetDistance } from "../../metrics/index.js";
import { compileClassifier } from "../../models/index.js";
import { adaptive, dopri5, type Field } from "../../ode/index.js";
import type { RunContext } from "../../runtime/index.js";
import { machineOf } from "../../runtime/internal.js";
import { fromNumbers, isBroken, Random, rows, type Tensor, toFloat64 } from "../../tensor/index.js";
import { authorsClassifier } from "../images/authors-classifier.js";
import {
  type Competitor,
  type MethodLabels,
  type SolveContestant,
  solveContestant,
} from "../kit/competitor.js";
import { type BrokenRow, type Costs, contest } from "../kit/contest.js";
import { noise, SPAN } from "./digits-case.js";

/** A way to make images, measured. */
export interface ImageFlowRow extends MethodLabels, Costs {
  /** Mean over images, in decibels, against the same noise solved exactly, but for the tolerance; pixels from −1 to 1. */
  readonly psnr: number;
  /** Mean distance to that over its mean norm. */
  readonly relative: number;
  /** To test images, of a classifier's logits. */
  readonly frechet: number;
  readonly milliseconds: number;
  /** A few of its images. */
  readonly pixels: Pixels;
}

/** Images of 28×28 pixels from −1 to 1. */
type Pixels = readonly (readonly number[])[];

/** What methods are measured against. */
export interface ImageFlowQuality {
  readonly rows: readonly (ImageFlowRow | BrokenRow)[];
  /** Of images of the reference. */
  readonly referenceFrechet: number;
  /** Of other test images, as many: as close as one can come. */
  readonly floor: number;
  /** A few images of the reference. */
  readonly pixels: Pixels;
}

interface Case {
  readonly z0: Tensor;
  readonly end: Tensor;
}

const SHOWN = 8;
const WIDTH = 784;

interface QualityRequest {
  readonly test: ImageSet;
  /** Images of each method. */
  readonly heldOut: number;
  /** Of dopri5, the reference. */
  readonly tolerance: number;
  readonly seed: number;
}

/** Every method on the same noise. */
export async function imageFlowQuality(
  field: Field,
  competitors: readonly Competitor[],
  { test, heldOut, tolerance, seed }: QualityRequest,
  context: RunContext,
): Promise<ImageFlowQuality> {
  const samples = await noise.heldOut(heldOut, new Random(seed));
  const machine = machineOf(context);
  const reference = adaptive(dopri5, { rtol: tolerance, atol: tolerance });
  const end = await referenceEnds(field, SPAN, samples, reference, machine);
  const classifier = await compileClassifier(await authorsClassifier(), { ...machine, method: "midpoint:2" });
  try {
    const logits = async (pixels: Tensor): Promise<Tensor> => (await classifier.run(asDigits(pixels))).logits;
    const [all] = test.shape;
    const known = Math.min(all, 2 * heldOut);
    const half = Math.floor(known / 2);
    const ofTest = (await classifier.run(imageRows(test, 0, half))).logits;
    const ofOthers = (await classifier.run(imageRows(test, half, known))).logits;
    const pictures = new Map([["reference", shown(end)]]);
    const contestants = competitors.map((one) => {
      const made: SolveContestant<Case, Tensor> = solveContestant(
        one,
        { field, span: SPAN, context },
        (state) => {
          pictures.set(`${made.labels.method} ${made.labels.spelling}`, shown(state));
          return state;
        },
      );
      return made;
    });
    const measures = {
      psnr: (state: Tensor, of: Case) => ratiosOf(state, of.end),
      relative: (state: Tensor, of: Case) => relativeError(state, of.end),
      frechet: async (state: Tensor) => frechetDistance(await logits(state), ofTest),
    };
    const entries = await contest<SolveContestant<Case, Tensor>, Case, Tensor, keyof typeof measures>(
      { contestants, cases: [{ z0: samples.z0, end }], measures, repetitions: 1, turns: false },
      context,
    );
    const found = entries.map(({ contestant: { labels }, scores }): ImageFlowRow | BrokenRow => {
      if (isBroken(scores)) return { ...scores, method: labels.method };
      const { nfe, gCalls, macs, milliseconds, values } = scores;
      const { psnr, relative, frechet } = values;
      const measured = { psnr: meanOf(psnr), relative: meanOf(relative), frechet: meanOf(frechet) };
      const pixels = pictures.get(`${labels.method} ${labels.spelling}`) ?? [];
      return { ...labels, nfe, gCalls, macs, milliseconds, ...measured, pixels };
    });
    return {
      rows: found,
      referenceFrechet: frechetDistance(await logits(end), ofTest),
      floor: frechetDistance(ofOthers, ofTest),
      pixels: pictures.get("reference") ?? [],
    };
  } finally {
    await classifier.dispose();
  }
}

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/** Pixels from −1 to 1 as the classifier wants digits. */
function asDigits(pixels: Tensor): Tensor {
  const [mean = 0] = mnistNormalization.mean;
  const [deviation = 1] = mnistNormalization.deviation;
  const values = toFloat64(pixels).map(
    (value) => (Math.min(1, Math.max(0, (value + 1) / 2)) - mean) / deviation,
  );
  return fromNumbers(values, pixels.shape, "float32");
}

const shown = (state: Tensor): number[][] => {
  const few = toFloat64(rows(state, 0, Math.min(SHOWN, state.shape[0] ?? 0)));
  return Array.from({ length: few.length / WIDTH }, (_, i) =>
    Array.from(few.subarray(i * WIDTH, (i + 1) * WIDTH), (value) => Number(value.toFixed(3))),
  );
};

/** Peak signal-to-noise ratio of every image, decibels; the range of pixels is 2. */
function ratiosOf(state: Tensor, end: Tensor): number[] {
  const [a, b] = [toFloat64(state), toFloat64(end)];
  return Array.from({ length: a.length / WIDTH }, (_, image) => {
    let sum = 0;
    for (let i = image * WIDTH; i < (image + 1) * WIDTH; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
    return 10 * Math.log10(4 / Math.max(sum / WIDTH, 1e-20));
  });
}

function relativeError(state: Tensor, end: Tensor): number {
  const [a, b] = [toFloat64(state), toFloat64(end)];
  let [off, norm] = [0, 0];
  for (let start = 0; start < a.length; start += WIDTH) {
    let [square, own] = [0, 0];
    for (let i = start; i < start + WIDTH; i++) {
      square += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
      own += (b[i] ?? 0) ** 2;
    }
    off += Math.sqrt(square);
    norm += Math.sqrt(own);
  }
  return off / norm;
}
