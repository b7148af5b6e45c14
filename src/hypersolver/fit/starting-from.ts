import { evaluateGraph } from "../../graph/index.js";
import {
  fail,
  formatShape,
  fromNumbers,
  Random,
  sizeOf,
  type Tensor,
  toFloat64,
} from "../../tensor/index.js";
import { sameShape } from "../../tensor/internal.js";
import type { Correction } from "../correction/correction.js";
import { type NetworkOptions, withUnfoldedStatistics } from "../correction/network.js";
import type { FitSettings } from "./fit-settings.js";

/** A correction to go on with, and whether it takes standardized inputs as a fresh one does. */
interface Start {
  readonly correction: Correction;
  readonly isFolded: boolean;
}

/**
 * A finished correction as the beginning of another fit: where it is an MLP as this fit would make it, its layers are
 * brought back into the scale of this fit's data, in which training is fast; any other graph is trained as it is.
 * @param fresh what the fit would begin with by itself.
 * @throws INVALID_ARGUMENT when base, inputs or features are others, or g is of another width.
 */
export function startingFrom(
  initial: Correction,
  fit: Pick<FitSettings, "base" | "inputs" | "features">,
  fresh: Correction,
  network: NetworkOptions,
): Start {
  const start = requireStart(initial, fit, fresh);
  if (!isLike(start.parameters, fresh.parameters)) return { correction: start, isFolded: false };
  const unfolded = withUnfoldedStatistics(network, { ...fresh, parameters: start.parameters });
  return isSame(start, unfolded, network)
    ? { correction: unfolded, isFolded: true }
    : { correction: start, isFolded: false };
}

/** The correction without its card, which would not describe what it becomes. @throws INVALID_ARGUMENT as `startingFrom`. */
export function requireStart(
  { card: _, ...initial }: Correction,
  { base, inputs, features }: Pick<FitSettings, "base" | "inputs" | "features">,
  fresh: Correction,
): Correction {
  const described = (of: Pick<Correction, "base" | "inputs" | "features">): string =>
    `base ${of.base.name}, inputs ${[...of.inputs].sort().join(", ")}, features ${of.features.join(", ") || "none"}`;
  const [expected, received] = [described({ base, inputs, features }), described(initial)];
  if (expected !== received)
    throw fail("INVALID_ARGUMENT", {
      what: "initial correction",
      expected,
      received,
      help: "fit with the base and the inputs of the correction that it is to begin with",
    });
  requireSameInputs(initial, fresh);
  return { ...initial, base };
}

function requireSameInputs(initial: Correction, fresh: Correction): void {
  const shapes = ({ graph, parameters }: Correction): string =>
    [
      ...Object.entries(graph.inputs).filter(([name]) => !Object.hasOwn(parameters, name)),
      ["g", graph.outputs.g] as const,
    ]
      .map(([name, node]) => `${name} ${formatShape(node?.shape ?? [])}`)
      .sort()
      .join(", ");
  const [expected, received] = [shapes(fresh), shapes(initial)];
  if (expected !== received)
    throw fail("INVALID_ARGUMENT", { what: "initial correction", expected, received });
}

const isLike = (a: Correction["parameters"], b: Correction["parameters"]): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([name, { shape }]) => sameShape(shape, b[name]?.shape ?? []));

/** Rows on which two corrections are compared, and how far they may be apart: rounding of float32. */
const [PROBES, ROUNDING] = [8, 1e-3];

/** Whether two corrections give the same numbers, as far as float32 can tell, at random inputs of the data's size. */
function isSame(a: Correction, b: Correction, { statistics, scale }: NetworkOptions): boolean {
  const random = new Random(0);
  const inputs = Object.entries(statistics).map(([name, { mean, deviation }]): [string, Tensor] => {
    const shape = [PROBES, ...(a.graph.inputs[name]?.shape ?? []).slice(1).map(Number)];
    const values = Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
      const column = i % mean.length;
      return (mean[column] ?? 0) + (deviation[column] ?? 0) * random.normal();
    });
    return [name, fromNumbers(values, shape)];
  });
  const [x, y] = [a, b].map(({ graph, parameters }) =>
    toFloat64(evaluateGraph(graph, { ...Object.fromEntries(inputs), ...parameters }).g as Tensor),
  ) as [Float64Array, Float64Array];
  const size = Math.max(...scale, ...x.map(Math.abs));
  return x.every((value, i) => Math.abs(value - (y[i] ?? Number.NaN)) <= ROUNDING * size);
}
