import type { StateSource } from "../../hypersolver/index.js";
import { drawnStates, type Sampler, widened } from "../../hypersolver/internal.js";
import type { Flow } from "../../models/index.js";
import { dimensionOf } from "../../models/internal.js";
import { withZeroColumns } from "../../ode/internal.js";

/** Draws of a flow's base, where sampling starts; for training, one in eight is 1.5 times as wide. */
export function baseStates(flow: Flow): StateSource {
  const draws: Sampler = (count, random) => flow.base.sample(count, dimensionOf(flow), random);
  return drawnStates(flow.base.name, draws, (count, random) => widened(draws(count, random)));
}

/** Where (z, log-density) starts on the way to the base: data with a zero. @param data standardized draws, [count, d]. */
export const dataStates = (description: string, data: Sampler): StateSource =>
  drawnStates(`data with a zero: ${description}`, (count, random) => withZeroColumns(data(count, random), 1));
