import type { NamedTensors } from "../../runtime/index.js";
import {
  draw,
  fail,
  formatShape,
  fromNumbers,
  type Random,
  rows,
  type Shape,
  sizeOf,
  type Tensor,
  tensor,
  toFloat64,
} from "../../tensor/index.js";
import { shortNumber } from "../../tensor/internal.js";
import { bandwidthOf } from "./bandwidth.js";
import { repeatedStates } from "./repeated-states.js";

/** Initial states [n, …] and the values of controls that belong to them. */
export interface Samples {
  readonly z0: Tensor;
  readonly controls: NamedTensors;
}

/** Where initial states come from. Training, validation and held-out states never share a sample. */
export interface StateSource {
  /** For people: `normal`, `uniform on [-1, 1]`, `z0 of states.safetensors`. */
  readonly description: string;
  training(count: number, random: Random): Samples;
  /** For choosing among corrections while fitting. */
  validation(count: number, random: Random): Samples;
  heldOut(count: number, random: Random): Samples;
  /** For bounds of errors, and nothing else. Without it none are calibrated. */
  calibration?(count: number, random: Random): Samples;
  /** How many different states there are to learn from; more that are asked for are made of these. Absent: no end. */
  readonly rows?: number;
  /** How far rows that come again are moved, over their spread. */
  readonly noise?: number;
}

/**
 * One training state in so many is drawn this much wider, in two dimensions or fewer: what lies beyond three deviations is
 * rare otherwise. With more dimensions n the radius of normal states spreads by √(1/2n) of itself, and no state is ever
 * that far out: wider by so much less.
 */
const WIDE = { every: 8, scale: 1.5, dimensions: 2 };

/**
 * Independent normal numbers; for training, one state in eight is wider, 1.5 times in one or two dimensions n, and
 * 1 + 0.5 √(2/n) times with more.
 * @param shape of one state.
 * @param deviation default 1.
 */
export function normalStates(shape: Shape, deviation = 1): StateSource {
  const draws: Sampler = (count, random) => generated(count, shape, () => deviation * random.normal());
  const description = deviation === 1 ? "normal" : `normal, deviation ${shortNumber(deviation)}`;
  return drawnStates(description, draws, (count, random) => widened(draws(count, random)));
}

/** The same states, one in eight farther from the origin: see `normalStates`. */
export function widened(states: Tensor): Tensor {
  const width = sizeOf(states.shape.slice(1));
  const { every, scale, dimensions } = WIDE;
  const wide = 1 + (scale - 1) * Math.min(1, Math.sqrt(dimensions / Math.max(1, width)));
  const factor = (i: number): number => (Math.floor(i / width) % every === 0 ? wide : 1);
  return fromNumbers(
    toFloat64(states).map((value, i) => value * factor(i)),
    states.shape,
    states.dtype,
  );
}

/**
 * Independent numbers, uniform in [low, high).
 * @throws INVALID_ARGUMENT unless low < high.
 */
export function uniformStates(shape: Shape, low: number, high: number): StateSource {
  if (!(low < high))
    throw fail("INVALID_ARGUMENT", {
      what: "uniform states",
      expected: "low < high",
      received: `${low}, ${high}`,
    });
  return drawnStates(`uniform on [${low}, ${high}]`, (count, random) =>
    generated(count, shape, () => low + (high - low) * random.uniform()),
  );
}

const generated = (count: number, shape: Shape, next: () => number): Tensor =>
  tensor("float32", [count, ...shape], draw(count * sizeOf(shape), next));

/** Independent draws [count, …]. */
export type Sampler = (count: number, random: Random) => Tensor;

/**
 * States from a sampler that never runs dry.
 * @param training what to learn from where that differs: a wider sampler also knows what is rare. A residual is a
 *   function of its state, so learning it elsewhere too moves no minimum.
 */
export function drawnStates(description: string, states: Sampler, training: Sampler = states): StateSource {
  const alone =
    (draws: Sampler) =>
    (count: number, random: Random): Samples => ({
      z0: draws(count, random),
      controls: {},
    });
  return drawnSamples(description, alone(states), alone(training));
}

type SampleDraws = (count: number, random: Random) => Samples;

/** States and controls from samplers that never run dry, each purpose with a stream of its own. */
export function drawnSamples(
  description: string,
  states: SampleDraws,
  training: SampleDraws = states,
): StateSource {
  return {
    description,
    training: (count, random) => training(count, random.fork("training states")),
    validation: (count, random) => states(count, random.fork("validation states")),
    heldOut: (count, random) => states(count, random.fork("held-out states")),
    calibration: (count, random) => states(count, random.fork("calibration states")),
  };
}

/** Shares of given states that training never sees: for the report, for choosing while fitting, for bounds of errors. */
const heldOutShare = 0.2;
const validationShare = 0.1;
const calibrationShare = 0.1;

/**
 * Given states, such as encoded data. A fifth is held out, a tenth validates, a tenth calibrates; training repeats the rest,
 * slightly moved, when more are asked for: `repeatedStates`.
 * @throws INVALID_ARGUMENT with fewer than 10 states; SHAPE_MISMATCH when controls are of another number.
 */
export function givenStates(description: string, { z0, controls }: Samples): StateSource {
  const [count = 0] = z0.shape;
  if (count < 10)
    throw fail("INVALID_ARGUMENT", {
      what: description,
      expected: "at least 10 states",
      received: formatShape(z0.shape),
    });
  for (const [name, value] of Object.entries(controls)) {
    if (value.shape[0] !== count) {
      throw fail("SHAPE_MISMATCH", {
        what: `control "${name}"`,
        expected: `${count} rows, as the states`,
        received: formatShape(value.shape),
      });
    }
  }
  const split = count - Math.max(1, Math.floor(count * heldOutShare));
  const validated = split - Math.max(1, Math.floor(count * calibrationShare));
  const trained = validated - Math.max(1, Math.floor(count * validationShare));
  const slice = (start: number, end: number): Samples =>
    mapSamples({ z0, controls }, (value) => rows(value, start, end));
  const known = slice(0, trained);
  const noise = bandwidthOf(known.z0);
  return {
    description,
    rows: trained,
    noise,
    training: (wanted, random) => repeatedStates(known, noise, wanted, random.fork("training states")),
    validation: (wanted) => slice(trained, Math.min(validated, trained + wanted)),
    heldOut: (wanted) => slice(split, Math.min(count, split + wanted)),
    calibration: (wanted) => slice(validated, Math.min(split, validated + wanted)),
  };
}

/** Applies one function to the states and every control. */
export function mapSamples({ z0, controls }: Samples, map: (value: Tensor) => Tensor): Samples {
  return {
    z0: map(z0),
    controls: Object.fromEntries(Object.entries(controls).map(([name, value]) => [name, map(value)])),
  };
}
