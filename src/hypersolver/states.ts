import type { NamedTensors } from "../runtime/index.js";
import {
  draw,
  fail,
  formatShape,
  pickRows,
  type Random,
  rows,
  type Shape,
  sizeOf,
  type Tensor,
  tensor,
} from "../tensor/index.js";

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
}

/** Independent standard normal numbers. @param shape of one state. */
export function normalStates(shape: Shape): StateSource {
  return generated("normal", shape, (random) => random.normal());
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
  return generated(`uniform on [${low}, ${high}]`, shape, (random) => low + (high - low) * random.uniform());
}

function generated(description: string, shape: Shape, next: (random: Random) => number): StateSource {
  return drawnStates(description, (count, random) =>
    tensor(
      "float32",
      [count, ...shape],
      draw(count * sizeOf(shape), () => next(random)),
    ),
  );
}

/** States from a sampler that never runs dry: independent draws [count, …]. */
export function drawnStates(
  description: string,
  states: (count: number, random: Random) => Tensor,
): StateSource {
  const sample = (count: number, random: Random): Samples => ({ z0: states(count, random), controls: {} });
  return {
    description,
    training: (count, random) => sample(count, random.fork("training states")),
    validation: (count, random) => sample(count, random.fork("validation states")),
    heldOut: (count, random) => sample(count, random.fork("held-out states")),
  };
}

/** Shares of given states that training never sees: for the report, and for choosing while fitting. */
const heldOutShare = 0.2;
const validationShare = 0.1;

/**
 * Given states, such as encoded data. A fifth is held out, a tenth validates; training repeats the rest when
 * more are asked for.
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
  const trained = split - Math.max(1, Math.floor(count * validationShare));
  const slice = (start: number, end: number): Samples =>
    mapSamples({ z0, controls }, (value) => rows(value, start, end));
  return {
    description,
    training: (wanted, random) => repeated(slice(0, trained), wanted, random.fork("training states")),
    validation: (wanted) => slice(trained, Math.min(split, trained + wanted)),
    heldOut: (wanted) => slice(split, Math.min(count, split + wanted)),
  };
}

/** Applies one function to the states and every control. */
export function mapSamples({ z0, controls }: Samples, map: (value: Tensor) => Tensor): Samples {
  return {
    z0: map(z0),
    controls: Object.fromEntries(Object.entries(controls).map(([name, value]) => [name, map(value)])),
  };
}

/** `wanted` rows in random order, each used once before any is used twice. */
function repeated(samples: Samples, wanted: number, random: Random): Samples {
  const [count = 1] = samples.z0.shape;
  const order: number[] = [];
  while (order.length < wanted) for (const row of random.permutation(count)) order.push(row);
  return mapSamples(samples, (value) => pickRows(value, order.slice(0, wanted)));
}
