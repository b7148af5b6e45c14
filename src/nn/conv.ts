import { conv, type NamedNodes, type Node, type Pair } from "../graph/index.js";
import { fail } from "../tensor/index.js";
import { kaimingBound, uniformParameter } from "./initializers.js";
import type { Module, ParameterSpec } from "./module.js";
import { evenPads, pairOf, requirePositive, type Sides } from "./pair.js";
import { parameterNode } from "./parameters.js";

/** Options of a convolution, as in PyTorch's `nn.Conv2d`. */
export interface ConvOptions {
  /** Cells between neighboring windows. Default 1. */
  readonly stride?: Sides;
  /** Zeros on both ends of each axis; `"same"` keeps the size (stride 1). Default 0. */
  readonly padding?: Sides | "same";
  /** Distance between the cells of a window. Default 1. */
  readonly dilation?: Sides;
  /** Groups of channels that do not see each other. Default 1. */
  readonly groups?: number;
  /** Adds a bias by channel. Default true. */
  readonly bias?: boolean;
}

/**
 * Convolution of images x [n, inChannels, h, w] -> [n, outChannels, h′, w′], with `weight`
 * [outChannels, inChannels/groups, rows, columns] and `bias` [outChannels], both started as U(±1/√fanIn),
 * fanIn = inChannels/groups·rows·columns: PyTorch's `nn.Conv2d`.
 * @throws INVALID_ARGUMENT for numbers that are not positive integers, or channels that do not fall into equal groups.
 */
export function conv2d(
  inChannels: number,
  outChannels: number,
  kernel: Sides,
  options: ConvOptions = {},
): Module {
  const { weight, fanIn, attributes } = convGeometry("conv2d", inChannels, outChannels, kernel, options);
  const { bias = true } = options;
  const bound = kaimingBound(fanIn);
  const parameters: Record<string, ParameterSpec> = { weight: uniformParameter(weight, bound) };
  if (bias) parameters.bias = uniformParameter([outChannels], bound);
  return {
    parameters,
    apply: (nodes: NamedNodes, x: Node) => {
      const shift = bias ? parameterNode(nodes, "bias") : undefined;
      return conv(x, parameterNode(nodes, "weight"), shift, attributes);
    },
  };
}

/** Sizes and settings of a convolution. */
interface ConvGeometry {
  /** Shape of its weights. */
  readonly weight: readonly number[];
  readonly fanIn: number;
  readonly attributes: NonNullable<Parameters<typeof conv>[3]>;
}

/**
 * The shape of the weights of a convolution, their fan-in, and its attributes.
 * @throws INVALID_ARGUMENT for numbers that are not positive integers, or channels that do not fall into equal groups.
 */
export function convGeometry(
  what: string,
  inChannels: number,
  outChannels: number,
  kernel: Sides,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvOptions,
): ConvGeometry {
  const [size, strides, dilations] = [pairOf(kernel), pairOf(stride), pairOf(dilation)];
  requirePositive(what, { inChannels, outChannels, kernel, stride, dilation, groups });
  requireGroups(what, inChannels, outChannels, groups);
  return {
    weight: [outChannels, inChannels / groups, ...size],
    fanIn: (inChannels / groups) * size[0] * size[1],
    attributes: { strides, dilations, groups, pads: padsOf(what, padding, size, strides, dilations) },
  };
}

/** An odd total of "same" puts the longer end behind, as PyTorch does. */
function padsOf(
  what: string,
  padding: Sides | "same",
  kernel: Pair,
  strides: Pair,
  dilations: Pair,
): readonly [number, number, number, number] {
  if (padding !== "same") return evenPads(padding);
  if (strides.some((stride) => stride !== 1)) {
    throw fail("INVALID_ARGUMENT", {
      what: `${what}: padding "same"`,
      expected: "stride 1",
      received: `stride ${strides}`,
    });
  }
  const [rows, columns] = [dilations[0] * (kernel[0] - 1), dilations[1] * (kernel[1] - 1)];
  return [Math.floor(rows / 2), Math.floor(columns / 2), Math.ceil(rows / 2), Math.ceil(columns / 2)];
}

/** @throws INVALID_ARGUMENT unless both numbers of channels fall into equal groups. */
export function requireGroups(what: string, inChannels: number, outChannels: number, groups: number): void {
  if (inChannels % groups === 0 && outChannels % groups === 0) return;
  throw fail("INVALID_ARGUMENT", {
    what: `${what}: groups`,
    expected: `a divisor of ${inChannels} and ${outChannels} channels`,
    received: String(groups),
  });
}
