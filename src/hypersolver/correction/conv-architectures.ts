import { countMacs } from "../../graph/index.js";
import { makeGraph } from "../../graph/internal.js";
import { type ButcherTableau, type Field, fieldMacs } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { fail, Random } from "../../tensor/index.js";
import type { ConvArchitecture } from "./conv-architecture-table.js";
import { type ConvNetworkOptions, convNetwork } from "./conv-network.js";
import { hiddenFeature } from "./hidden-feature.js";
import { inputShapes } from "./input-shapes.js";
import { type ConvArchitectureName, type CorrectionInput, convArchitectureNames } from "./names.js";

/** Of f's multiply–accumulates. */
const QUARTER = 0.25;

const seen: readonly CorrectionInput[] = ["z", "stages", "epsilon"];
const seenInThePaper: readonly CorrectionInput[] = ["z", "stages", "s"];

/**
 * Convolutional corrections by name. `…-paper`: Poli et al. (2020), appendix C.2, whose text has s where its code has ε.
 * `…-notebook`: the authors' published notebooks. The channels that they name follow from inputs and state: 25 = 12 z +
 * 12 f(z) + 1. (`mnist-midpoint-notebook` was given f(z) only; here a base of two stages shows both.) `features`: ours,
 * reads what f computes anyway, at a quarter of f's cost.
 */
export const convArchitectures: Readonly<Record<ConvArchitectureName, ConvArchitecture>> = {
  "mnist-paper": { inputs: seenInThePaper, hidden: [32], kernels: [3, 3], activation: "channel-prelu" },
  "cifar10-paper": {
    inputs: seenInThePaper,
    hidden: [64, 32],
    kernels: [5, 5, 3],
    activation: "channel-prelu",
  },
  "mnist-notebook": { inputs: seen, hidden: [32, 32], kernels: [3, 3, 3], activation: "prelu" },
  "mnist-midpoint-notebook": { inputs: seen, hidden: [92], kernels: [3, 3], activation: "relu" },
  "cifar10-notebook": { inputs: seen, hidden: [32, 32], kernels: [3, 3, 3], activation: "prelu" },
  features: {
    inputs: ["features", "z", "stages", "epsilon"],
    hidden: { share: QUARTER },
    kernels: [1, 3],
    activation: "silu",
  },
};

/**
 * The architecture of a name.
 * @throws INVALID_ARGUMENT that lists the known names.
 */
export function convArchitectureNamed(name: string): ConvArchitecture {
  const known = convArchitectureNames.find((each) => each === name);
  if (known !== undefined) return convArchitectures[known];
  throw fail("INVALID_ARGUMENT", {
    what: "architecture",
    expected: convArchitectureNames.join(", "),
    received: `"${name}"`,
  });
}

/** What hidden channels are counted from. */
type Described = ConvArchitecture & { readonly features: readonly string[] };

/**
 * The channels of an architecture's hidden layers on a field.
 * @throws INVALID_ARGUMENT when the share of f's cost does not buy one channel.
 */
export function hiddenChannels(
  field: Field,
  base: ButcherTableau,
  architecture: Described,
): readonly number[] {
  const { hidden } = architecture;
  if (!("share" in hidden)) return hidden;
  const { channels, each } = boughtChannels(field, base, architecture, hidden.share);
  if (channels >= 1) return [channels];
  throw fail("INVALID_ARGUMENT", {
    what: "architecture: share",
    expected: `a share of f's cost that buys a hidden channel: at least ${(each / fieldMacs(field)).toPrecision(2)}`,
    received: String(hidden.share),
  });
}

/** Width of one hidden layer for a share of f's cost: multiply–accumulates are linear in it. */
function boughtChannels(
  field: Field,
  base: ButcherTableau,
  architecture: Described,
  share: number,
): { readonly channels: number; readonly each: number } {
  const one = macsOf(field, base, architecture, 1);
  const each = macsOf(field, base, architecture, 2) - one;
  return { channels: Math.floor((share * fieldMacs(field) - (one - each)) / each), each };
}

/** Fewer channels than this say too little of what f has computed. */
const FEWEST_CHANNELS = 8;

/**
 * The default architecture for a field: `features` where f has a hidden layer of the image's size and is large enough that
 * a quarter of its cost buys a useful network, else `mnist-paper`, which costs 0.61 f on the authors' MNIST field.
 */
export function defaultArchitecture(field: Field, base: ButcherTableau): ConvArchitectureName {
  const hidden = hiddenFeature(field);
  if (hidden === undefined) return "mnist-paper";
  const { inputs, kernels, activation } = convArchitectures.features;
  const [, , height = 1, width = 1] = stateType(field).shape.map(Number);
  const [channels, rows, columns] = inputShapes(field, base, { inputs, features: [hidden] })[
    `feature ${hidden}`
  ] ?? [0, 0, 0];
  if (channels === 0 || rows !== height || columns !== width) return "mnist-paper";
  const share = QUARTER;
  const described = { inputs, kernels, activation, hidden: { share }, features: [hidden] };
  const bought = boughtChannels(field, base, described, share).channels;
  return bought >= FEWEST_CHANNELS ? "features" : "mnist-paper";
}

function macsOf(
  field: Field,
  base: ButcherTableau,
  {
    inputs,
    features,
    kernels,
    activation,
  }: Omit<ConvArchitecture, "hidden"> & { readonly features: readonly string[] },
  channels: number,
): number {
  const shapes = inputShapes(field, base, { inputs, features });
  const [, state = 1, height = 1, width = 1] = stateType(field).shape.map(Number);
  const statistics = Object.fromEntries(
    Object.entries(shapes).map(([name, [count = 0]]) => [
      name,
      { mean: new Float64Array(count), deviation: new Float64Array(count).fill(1) },
    ]),
  );
  const scale = new Float64Array(state).fill(1);
  const options: ConvNetworkOptions = {
    inputs,
    features,
    kernels,
    activation,
    shapes,
    statistics,
    scale,
    hidden: [channels],
    size: [height, width],
  };
  const { graph } = convNetwork(options, new Random(0));
  return countMacs(makeGraph(graph.inputs, graph.outputs), 1);
}

/**
 * The features that g reads: those given, or f's last hidden layer where the inputs ask for features and none is named.
 * @throws INVALID_ARGUMENT when the field has no such layer.
 */
export function featuresFor(
  field: Field,
  inputs: readonly CorrectionInput[],
  given: readonly string[],
): readonly string[] {
  if (!inputs.includes("features") || given.length > 0) return given;
  const hidden = hiddenFeature(field);
  if (hidden !== undefined) return [hidden];
  throw fail("INVALID_ARGUMENT", {
    what: "features",
    expected: `names of the field's intermediate tensors: ${Object.keys(field.features).join(", ") || "it has none"}`,
    received: "none, and no hidden layer was found",
    help: "name them, or choose inputs without features",
  });
}
