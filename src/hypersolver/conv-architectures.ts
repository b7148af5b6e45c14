import { countMacs, makeGraph } from "../graph/index.js";
import { type ButcherTableau, type Field, fieldMacs, stateType } from "../ode/index.js";
import { fail, Random } from "../tensor/index.js";
import { type ConvActivation, type ConvNetworkOptions, convCorrection } from "./conv-network.js";
import type { CorrectionInput } from "./correction.js";
import { hiddenFeature } from "./hidden-feature.js";
import { inputShapes } from "./input-shapes.js";

/** A convolutional correction as data. */
export interface ConvArchitecture {
  readonly inputs: readonly CorrectionInput[];
  /** Channels of the hidden layers; or one hidden layer as wide as makes g cost this share of f's multiply–accumulates. */
  readonly hidden: readonly number[] | { readonly share: number };
  /** Sides of the kernels, one more than hidden layers. */
  readonly kernels: readonly number[];
  readonly activation: ConvActivation;
}

export const convArchitectureNames = [
  "mnist-paper",
  "cifar10-paper",
  "mnist-notebook",
  "mnist-midpoint-notebook",
  "cifar10-notebook",
  "features",
] as const;
export type ConvArchitectureName = (typeof convArchitectureNames)[number];

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
    hidden: { share: 0.25 },
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

/**
 * The channels of an architecture's hidden layers on a field.
 * @throws INVALID_ARGUMENT when the share of f's cost does not buy one channel.
 */
export function hiddenChannels(
  field: Field,
  base: ButcherTableau,
  architecture: ConvArchitecture & { readonly features: readonly string[] },
): readonly number[] {
  const { hidden } = architecture;
  if (!("share" in hidden)) return hidden;
  const budget = hidden.share * fieldMacs(field);
  // Multiply–accumulates are linear in the one width.
  const each = macsOf(field, base, architecture, 2) - macsOf(field, base, architecture, 1);
  const channels = Math.floor((budget - (macsOf(field, base, architecture, 1) - each)) / each);
  if (channels >= 1) return [channels];
  throw fail("INVALID_ARGUMENT", {
    what: "architecture: share",
    expected: `a share of f's cost that buys a hidden channel: at least ${(each / fieldMacs(field)).toPrecision(2)}`,
    received: String(hidden.share),
  });
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
    ...{ base, inputs, features, kernels, activation, shapes, statistics, scale },
    ...{ hidden: [channels], size: [height, width] },
  };
  const { graph } = convCorrection(options, new Random(0));
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
