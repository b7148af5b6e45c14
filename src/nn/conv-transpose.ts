import { convTranspose, type NamedNodes, type Node, type Pair } from "../graph/index.js";
import { channelAffine } from "../graph/internal.js";
import { fail, formatShape } from "../tensor/index.js";
import { requireGroups } from "./conv.js";
import { kaimingBound, uniformParameter } from "./initializers.js";
import type { Module, ParameterSpec } from "./module.js";
import { evenPads, pairOf, requirePositive, type Sides } from "./pair.js";
import { parameterNode } from "./parameters.js";

/** As of `torch.nn.ConvTranspose2d`. */
export interface ConvTransposeOptions {
  /** Cells between neighboring windows of the result. Default 1. */
  readonly stride?: Sides;
  /** Cells cut from both ends of each axis of the result. Default 0. */
  readonly padding?: Sides;
  /** Cells added at the end of each axis of the result; less than the stride. Default 0. */
  readonly outputPadding?: Sides;
  readonly dilation?: Sides;
  readonly groups?: number;
  /** Adds a bias by channel. Default true. */
  readonly bias?: boolean;
}

/**
 * Transposed convolution x [n, inChannels, h, w] -> [n, outChannels, h′, w′] with
 * h′ = (h − 1)·stride − 2·padding + dilation·(rows − 1) + outputPadding + 1; `weight`
 * [inChannels, outChannels/groups, rows, columns] and `bias` [outChannels], both started as U(±1/√fanIn),
 * fanIn = outChannels/groups·rows·columns: PyTorch's `nn.ConvTranspose2d`.
 * @throws INVALID_ARGUMENT for numbers that are not positive integers, or channels that do not fall into equal groups.
 */
export function convTranspose2d(
  inChannels: number,
  outChannels: number,
  kernel: Sides,
  options: ConvTransposeOptions = {},
): Module {
  const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1, bias = true } = options;
  const [size, strides, dilations, open] = [kernel, stride, dilation, outputPadding].map(pairOf) as [
    Pair,
    Pair,
    Pair,
    Pair,
  ];
  requirePositive("convTranspose2d", { inChannels, outChannels, kernel, stride, dilation, groups });
  requireGroups("convTranspose2d", inChannels, outChannels, groups);
  requireOpen(open, strides);
  const pads = evenPads(padding);
  const bound = kaimingBound((outChannels / groups) * size[0] * size[1]);
  const parameters: Record<string, ParameterSpec> = {
    weight: uniformParameter([inChannels, outChannels / groups, ...size], bound),
  };
  if (bias) parameters.bias = uniformParameter([outChannels], bound);
  return {
    parameters,
    apply: (nodes: NamedNodes, x: Node) => {
      const extent = (axis: 0 | 1): number => {
        const reach = dilations[axis] * (size[axis] - 1) + 1;
        return (imageSize(x, axis) - 1) * strides[axis] - 2 * pads[axis] + reach + open[axis];
      };
      const weight = parameterNode(nodes, "weight");
      const y = convTranspose(x, weight, [extent(0), extent(1)], { strides, pads, dilations, groups });
      return channelAffine(y, undefined, bias ? parameterNode(nodes, "bias") : undefined);
    },
  };
}

function imageSize({ shape }: Node, axis: 0 | 1): number {
  const size = shape[2 + axis];
  if (shape.length === 4 && typeof size === "number") return size;
  throw fail("SHAPE_MISMATCH", {
    what: "convTranspose2d",
    expected: "[batch, channels, height, width]",
    received: formatShape(shape),
  });
}

function requireOpen(open: Pair, strides: Pair): void {
  if (open.every((width, axis) => width >= 0 && width < (strides[axis] ?? 1))) return;
  throw fail("INVALID_ARGUMENT", {
    what: "convTranspose2d: outputPadding",
    expected: `from 0 to less than the stride ${strides}`,
    received: String(open),
  });
}
