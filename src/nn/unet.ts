import { add, concat, type NamedNodes, type Node, type Operand, reshape, silu } from "../graph/index.js";
import { fail } from "../tensor/index.js";
import { prefixed, withPrefix } from "../tensor/internal.js";
import { silu as siluLayer } from "./activations.js";
import { conv2d } from "./conv.js";
import { convTranspose2d } from "./conv-transpose.js";
import { groupNorm } from "./group-norm.js";
import { linear } from "./linear.js";
import type { Module, ParameterSpec } from "./module.js";
import { sequential } from "./sequential.js";
import { sinusoids } from "./sinusoids.js";
import { zeroed } from "./zeroed.js";

/** Sizes of a U-Net. */
export interface UnetOptions {
  /** Channels of the images, in and out. */
  readonly imageChannels: number;
  /** Channels of each resolution, finest first; each is half as fine as the one before. */
  readonly channels: readonly number[];
  /** Numbers that tell the time to every block. Default 64. */
  readonly timeFeatures?: number;
  /** Channels a group of GroupNorm, about; the largest divisor of a level's channels up to it is taken. Default 8. */
  readonly groupSize?: number;
}

/**
 * A convolutional network whose result has the size of its input, on several resolutions with connections between equal
 * ones; the time is added to every block: x [n, imageChannels, h, w] and s -> [n, imageChannels, h, w]. h and w are multiples
 * of 2^(levels − 1). The last layer starts at zero. One residual block a level on the way down, one at the bottom and one
 * a level on the way up, each of two 3×3 convolutions behind GroupNorm and SiLU.
 * Sources: O. Ronneberger et al., U-Net, 2015; J. Ho et al., Denoising Diffusion Probabilistic Models, 2020, appendix B
 * (blocks told the time).
 * @throws INVALID_ARGUMENT without a level.
 */
export function unet(options: UnetOptions): Module {
  const { imageChannels, channels, timeFeatures = 64 } = options;
  const [finest] = channels;
  const coarsest = channels.at(-1);
  if (finest === undefined || coarsest === undefined)
    throw fail("INVALID_ARGUMENT", {
      what: "unet: channels",
      expected: "at least one level",
      received: "none",
    });
  const block = (from: number, to: number): Module => residualBlock(from, to, options);
  const parts: Record<string, Module> = {
    time: sequential([
      linear(timeFeatures, 2 * timeFeatures),
      siluLayer,
      linear(2 * timeFeatures, timeFeatures),
    ]),
    stem: conv2d(imageChannels, finest, 3, { padding: 1 }),
    middle: block(coarsest, coarsest),
    norm: norm(finest, options),
    head: zeroed(conv2d(finest, imageChannels, 3, { padding: 1 })),
  };
  channels.forEach((own, level) => {
    const below = channels[level + 1];
    parts[`down.${level}`] = block(own, own);
    if (below === undefined) return;
    parts[`coarser.${level}`] = conv2d(own, below, 3, { stride: 2, padding: 1 });
    parts[`finer.${level}`] = convTranspose2d(below, own, 2, { stride: 2 });
    parts[`up.${level}`] = block(2 * own, own);
  });
  return { parameters: parametersOf(parts), apply: passThrough(parts, channels.length, timeFeatures) };
}

function parametersOf(parts: Readonly<Record<string, Module>>): Record<string, ParameterSpec> {
  const all = Object.entries(parts).map(([name, { parameters }]) => prefixed(parameters, `${name}.`));
  return Object.assign({}, ...all) as Record<string, ParameterSpec>;
}

/** Down, through the middle, and up again beside what was left on the way down. */
function passThrough(
  parts: Readonly<Record<string, Module>>,
  levels: number,
  timeFeatures: number,
): Module["apply"] {
  return (nodes, image, s = 0) => {
    const run = (name: string, x: Node, time?: Node): Node =>
      (parts[name] as Module).apply(withPrefix(nodes, `${name}.`), x, time);
    const time = silu(run("time", sinusoids(s, { size: timeFeatures })));
    const left: Node[] = [];
    let x = run("stem", image);
    for (let level = 0; level < levels; level++) {
      x = run(`down.${level}`, x, time);
      if (level === levels - 1) break;
      left.push(x);
      x = run(`coarser.${level}`, x);
    }
    x = run("middle", x, time);
    for (let level = levels - 2; level >= 0; level--)
      x = run(`up.${level}`, concat([run(`finer.${level}`, x), left[level] as Node], 1), time);
    return run("head", silu(run("norm", x)));
  };
}

/**
 * x + conv(silu(norm(conv(silu(norm(x))) + W s))): the time s is a row of features, one for all or one a sample. Where the
 * numbers of channels differ, x goes through a 1×1 convolution. The second convolution starts at zero.
 */
function residualBlock(from: number, to: number, options: UnetOptions): Module {
  const { timeFeatures = 64 } = options;
  const first = sequential([norm(from, options), siluLayer, conv2d(from, to, 3, { padding: 1 })]);
  const second = sequential([norm(to, options), siluLayer, zeroed(conv2d(to, to, 3, { padding: 1 }))]);
  const told = linear(timeFeatures, to);
  const parts: Record<string, Module> = { first, second, told };
  if (from !== to) parts.skip = conv2d(from, to, 1);
  return {
    parameters: parametersOf(parts),
    apply: (nodes: NamedNodes, x: Node, s?: Operand) => {
      const own = (name: string): NamedNodes => withPrefix(nodes, `${name}.`);
      const time = told.apply(own("told"), s as Node);
      const shift = reshape(time, [time.shape[0] ?? 1, to, 1, 1]);
      const inner = second.apply(own("second"), add(first.apply(own("first"), x), shift));
      return add(parts.skip === undefined ? x : parts.skip.apply(own("skip"), x), inner);
    },
  };
}

/** GroupNorm with groups of about so many channels. */
function norm(channels: number, { groupSize = 8 }: UnetOptions): Module {
  let size = Math.min(groupSize, channels);
  while (channels % size !== 0) size--;
  return groupNorm(channels / size, channels);
}
