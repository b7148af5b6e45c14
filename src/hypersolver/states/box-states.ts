import { fail, fromNumbers, type Random, type Tensor } from "../../tensor/index.js";
import { drawnSamples, type Samples, type StateSource } from "./states.js";

/** Where each component of a vector lies. */
export interface Box {
  readonly low: readonly number[];
  /** Above `low`, component by component. */
  readonly high: readonly number[];
}

/**
 * States and controls with independent components, each uniform in an interval of its own: random control inputs for fields
 * f(s, z, x).
 * @param controls by name, as the field calls them.
 * @throws INVALID_ARGUMENT unless low < high in every component.
 */
export function boxStates(state: Box, controls: Readonly<Record<string, Box>> = {}): StateSource {
  for (const [name, box] of Object.entries({ state, ...controls })) checkBox(name, box);
  const sample = (count: number, random: Random): Samples => ({
    z0: inBox(state, count, random),
    controls: Object.fromEntries(
      Object.entries(controls).map(([name, box]) => [name, inBox(box, count, random.fork(name))]),
    ),
  });
  const names = Object.keys(controls).join(", ");
  return drawnSamples(`uniform in a box${names === "" ? "" : `, with ${names} uniform in another`}`, sample);
}

function inBox({ low, high }: Box, count: number, random: Random): Tensor {
  const size = low.length;
  const values = new Float64Array(count * size);
  for (let i = 0; i < values.length; i++) {
    const [from = 0, to = 0] = [low[i % size], high[i % size]];
    values[i] = from + (to - from) * random.uniform();
  }
  return fromNumbers(values, [count, size]);
}

function checkBox(name: string, { low, high }: Box): void {
  const isBox = low.length === high.length && low.every((from, i) => from < (high[i] ?? Number.NaN));
  if (isBox && low.length > 0) return;
  throw fail("INVALID_ARGUMENT", {
    what: `box of ${name}`,
    expected: "low < high in every component",
    received: `${low.join(", ")} and ${high.join(", ")}`,
  });
}
