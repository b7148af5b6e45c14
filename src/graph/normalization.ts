import { fail, formatShape } from "../tensor/index.js";
import { add, div, mul, reshape, sqrt, sub } from "./build.js";
import { mean, square } from "./compose.js";
import type { Node } from "./node.js";

/** A vector with one entry a channel, shaped to broadcast along axis 1 of x. */
export const alongChannels = (vector: Node, x: Node): Node =>
  reshape(vector, [...vector.shape, ...new Array<number>(Math.max(0, x.shape.length - 2)).fill(1)]);

/** x·scale + shift, both one an entry of axis 1. */
export function channelAffine(x: Node, scale: Node | undefined, shift: Node | undefined): Node {
  const scaled = scale === undefined ? x : mul(x, alongChannels(scale, x));
  return shift === undefined ? scaled : add(scaled, alongChannels(shift, x));
}

/**
 * Normalizes every sample over its channels in groups and all axes behind: (x − mean)/√(variance + epsilon), scaled and
 * shifted by channel (Wu and He, 2018). As many groups as channels is instance normalization.
 * @param x [n, channels, …] with static axes behind the first.
 * @throws SHAPE_MISMATCH when the channels do not fall into equal groups.
 */
export function groupNorm(x: Node, groups: number, scale?: Node, shift?: Node, epsilon = 1e-5): Node {
  const [batch = 1, ...rest] = x.shape;
  const [channels] = rest;
  if (typeof channels !== "number" || channels % groups !== 0 || rest.includes("batch")) {
    throw fail("SHAPE_MISMATCH", {
      what: `group normalization in ${groups} groups`,
      expected: "[batch, channels, …] with channels a multiple of the groups",
      received: formatShape(x.shape),
    });
  }
  const size = rest.reduce<number>((product, extent) => product * Number(extent), 1) / groups;
  const split = reshape(x, [batch, groups, size]);
  const centered = sub(split, mean(split, -1, true));
  const normal = div(centered, sqrt(add(mean(square(centered), -1, true), epsilon)));
  return channelAffine(reshape(normal, x.shape), scale, shift);
}

/** Mean and biased variance of each channel. */
export interface ChannelStatistics {
  readonly mean: Node;
  readonly variance: Node;
}

/** Statistics of a batch, over all axes but the channels. */
export function channelStatistics(x: Node): ChannelStatistics {
  const axes = [...x.shape.keys()].filter((axis) => axis !== 1);
  const center = mean(x, axes);
  return { mean: center, variance: mean(square(sub(x, alongChannels(center, x))), axes) };
}

/**
 * (x − mean)/√(variance + epsilon)·scale + shift by channel (Ioffe and Szegedy, 2015), as one product and one sum over
 * the image: x·a + (shift − mean·a) with a = scale/√(variance + epsilon).
 */
export function batchNorm(
  x: Node,
  statistics: ChannelStatistics,
  scale?: Node,
  shift?: Node,
  epsilon = 1e-5,
): Node {
  const deviation = sqrt(add(statistics.variance, epsilon));
  const factor = scale === undefined ? div(1, deviation) : div(scale, deviation);
  const moved = mul(statistics.mean, factor);
  return channelAffine(x, factor, shift === undefined ? mul(moved, -1) : sub(shift, moved));
}
