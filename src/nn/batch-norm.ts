import { add, batchNorm, div, extent, mul, type NamedNodes, type Node, sub } from "../graph/index.js";
import { type ChannelStatistics, channelStatistics } from "../graph/internal.js";
import { fail, formatShape } from "../tensor/index.js";
import { constantParameter } from "./initializers.js";
import type { BufferSpec, Module, Trained } from "./module.js";
import { parameterNode } from "./parameters.js";

/** As of `torch.nn.BatchNorm2d`. */
export interface BatchNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** Share of the newest batch in the running statistics. Default 0.1. */
  readonly momentum?: number;
  /** Learns a `weight` (from 1) and a `bias` (from 0) by channel. Default true. */
  readonly affine?: boolean;
}

/**
 * Normalization by channel (Ioffe and Szegedy, 2015) of x [n, channels, h, w]: PyTorch's `nn.BatchNorm2d`.
 * `apply` uses the buffers `running_mean` and `running_var`; `train` uses the batch's own statistics and moves the
 * buffers: running ← (1 − momentum)·running + momentum·batch, with the unbiased variance.
 */
export function batchNorm2d(
  channels: number,
  { epsilon = 1e-5, momentum = 0.1, affine = true }: BatchNormOptions = {},
): Module {
  const buffer = (initial: number): BufferSpec => ({ shape: [channels], dtype: "float32", initial });
  const normalized = (nodes: NamedNodes, x: Node, statistics: ChannelStatistics): Node => {
    const [scale, shift] = affine ? [parameterNode(nodes, "weight"), parameterNode(nodes, "bias")] : [];
    return batchNorm(x, statistics, scale, shift, epsilon);
  };
  return {
    parameters: affine
      ? { weight: constantParameter([channels], 1), bias: constantParameter([channels], 0) }
      : {},
    buffers: {
      running_mean: buffer(0),
      running_var: buffer(1),
      num_batches_tracked: { shape: [], dtype: "int64", initial: 0, optional: true },
    },
    apply: (nodes: NamedNodes, x: Node) => {
      requireChannels(x, channels);
      const statistics = {
        mean: parameterNode(nodes, "running_mean"),
        variance: parameterNode(nodes, "running_var"),
      };
      return normalized(nodes, x, statistics);
    },
    train: (nodes: NamedNodes, x: Node) => {
      requireChannels(x, channels);
      const statistics = channelStatistics(x);
      const output = normalized(nodes, x, statistics);
      return { output, buffers: movedBuffers(nodes, x, statistics, momentum) };
    },
  };
}

function movedBuffers(
  nodes: NamedNodes,
  x: Node,
  { mean, variance }: ChannelStatistics,
  momentum: number,
): Trained["buffers"] {
  const moved = (name: string, value: Node): Node => {
    const running = parameterNode(nodes, name);
    return add(running, mul(sub(value, running), momentum));
  };
  const count = [2, 3].reduce<Node>((product, axis) => mul(product, extent(x, axis)), extent(x, 0));
  return {
    running_mean: moved("running_mean", mean),
    running_var: moved("running_var", unbiased(variance, count)),
    num_batches_tracked: add(parameterNode(nodes, "num_batches_tracked"), 1),
  };
}

/** From Σ(x − mean)²/n to Σ(x − mean)²/(n − 1). */
const unbiased = (variance: Node, count: Node): Node => mul(variance, div(count, sub(count, 1)));

function requireChannels({ shape }: Node, channels: number): void {
  if (shape.length === 4 && shape[1] === channels) return;
  throw fail("SHAPE_MISMATCH", {
    what: `batchNorm2d of ${channels} channels`,
    expected: `[batch, ${channels}, height, width]`,
    received: formatShape(shape),
  });
}
