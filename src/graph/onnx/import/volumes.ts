import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { channelAffine } from "../../normalization.js";
import { requireListable } from "./budget.js";
import { DecodeContext } from "./context.js";
import type { Decoder } from "./decoder.js";

/** A call on volumes [batch, channels, depth, height, width] as one on images: what it says of some of the axes. */
class ImageContext extends DecodeContext {
  readonly #axes: readonly number[];
  readonly #groups: number | undefined;

  /** @param axes out of depth, height and width, 0 to 2: two of them, or the depth with an axis of one cell. */
  constructor(
    { call, batchSource }: DecodeContext,
    inputs: readonly Node[],
    axes: readonly number[],
    groups?: number,
  ) {
    super(call, inputs, batchSource);
    this.#axes = axes;
    this.#groups = groups;
  }

  override integer(name: string, fallback: number): number {
    return name === "group" ? (this.#groups ?? super.integer(name, fallback)) : super.integer(name, fallback);
  }

  override integerList(name: string): number[] | undefined {
    const list = super.integerList(name);
    const idle = name === "pads" || name === "output_padding" ? 0 : 1;
    const chosen = (offset: number): number[] =>
      [...this.#axes, -1].slice(0, 2).map((axis) => (axis < 0 ? idle : (list?.[offset + axis] ?? idle)));
    if (name === "pads" && list?.length === 6) return [...chosen(0), ...chosen(3)];
    return list?.length === 3 ? chosen(0) : list;
  }
}

const PLANE = [1, 2];
const DEPTH = [0];

/** What a convolution says along the depth. */
interface DepthWindow {
  readonly reach: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

function depthWindow(context: DecodeContext, weight: Node): DepthWindow {
  const mode = context.text("auto_pad", "NOTSET");
  if (mode !== "NOTSET" && mode !== "VALID") throw context.unsupported(`auto_pad ${mode} of volumes`, "pads");
  const pads = (mode === "VALID" ? undefined : context.integerList("pads")) ?? [];
  if (pads.some((width) => width < 0)) throw context.unsupported(`pads ${pads}`, "none below 0");
  const first = (name: string): number => Math.max(1, context.integerList(name)?.[0] ?? 1);
  const [before = 0, , , after = 0] = pads;
  return {
    ...{ reach: Number(weight.shape[2]), stride: first("strides"), dilation: first("dilations") },
    ...{ before, after },
  };
}

/** Extents [batch, channels, depth, height, width]. */
function volumeOf(context: DecodeContext, x: Node, weight: Node): readonly [Node["shape"][number], number[]] {
  const [batch = 1, ...sizes] = x.shape;
  if (weight.shape.length === 5 && sizes.every((size) => typeof size === "number"))
    return [batch, sizes.map(Number)];
  throw context.unsupported(
    "a volume or a weight of other axes",
    "five axes, of fixed size behind the batch",
  );
}

/** So many windows of slices, each the given distance from slice to slice. */
const windowsFrom = (
  first: number,
  count: number,
  { reach, dilation }: DepthWindow,
  step: number,
): number[][] =>
  Array.from({ length: count }, (_, o) =>
    Array.from({ length: reach }, (_unused, k) => first + o * step + k * dilation),
  );

/**
 * A convolution of volumes as one of images with a group for every slice of the result, which sees the slices of the input
 * that its window covers: as many multiplications as the convolution itself.
 */
function convolved(decoder: Decoder, context: DecodeContext): Node {
  const [x, weight] = [context.node(0), context.node(1)];
  const [, [, depth = 0]] = volumeOf(context, x, weight);
  const window = depthWindow(context, weight);
  const { reach, stride, dilation, before, after } = window;
  const last = depth + before + after - (dilation * (reach - 1) + 1);
  if (last < 0) throw context.unsupported(`a window of ${reach} slices over ${depth}`, "one that fits");
  const windows = windowsFrom(0, Math.floor(last / stride) + 1, window, stride);
  const [outputs = 0, each = 0, , rows = 0, columns = 0] = weight.shape.map(Number);
  const kernel = build.reshape(build.transpose(weight, [0, 2, 1, 3, 4]), [
    outputs,
    reach * each,
    rows,
    columns,
  ]);
  return byWindows(decoder, context, { x: build.pad(x, 2, before, after), kernel, windows, outputs });
}

/** The transpose: a convolution of the slices with empty ones between them, by the kernel from its other end. */
function transposed(decoder: Decoder, context: DecodeContext): Node {
  const [x, weight] = [context.node(0), context.node(1)];
  const [batch, [channels = 0, depth = 0, ...plane]] = volumeOf(context, x, weight);
  const window = depthWindow(context, weight);
  const { reach, stride, dilation, before, after } = window;
  if (context.has("output_shape")) throw context.unsupported("output_shape of volumes", "output_padding");
  const [open = 0] = context.integerList("output_padding") ?? [];
  const border = dilation * (reach - 1);
  const count = (depth - 1) * stride + border + 1 + open - before - after;
  if (count < 1 || open < 0 || open >= stride)
    throw context.unsupported(`${count} slices`, "at least one, and output_padding below the stride");
  requireListable(depth * stride + 2 * border, "slices of a volume");
  const apart = build.reshape(x, [batch, channels, depth, 1, ...plane]);
  const spread = build.reshape(build.pad(apart, 3, 0, stride - 1), [
    batch,
    channels,
    depth * stride,
    ...plane,
  ]);
  const [inputs = 0, each = 0, , rows = 0, columns = 0] = weight.shape.map(Number);
  const groups = context.integer("group", 1);
  const backward = build.gather(
    weight,
    2,
    Array.from({ length: reach }, (_, k) => reach - 1 - k),
  );
  const split = build.reshape(backward, [groups, inputs / groups, each, reach, rows, columns]);
  const kernel = build.reshape(build.transpose(split, [0, 3, 1, 2, 4, 5]), [
    inputs * reach,
    each,
    rows,
    columns,
  ]);
  const windows = windowsFrom(before, count, window, 1);
  return byWindows(decoder, context, {
    ...{ x: build.pad(spread, 2, border, border), kernel, windows },
    outputs: each * groups,
  });
}

interface Windowed {
  /** Padded. */
  readonly x: Node;
  /** Of one slice of the result, its input channels slice by slice within every group. */
  readonly kernel: Node;
  /** Slices that every slice of the result sees. */
  readonly windows: readonly (readonly number[])[];
  readonly outputs: number;
}

function byWindows(
  decoder: Decoder,
  context: DecodeContext,
  { x, kernel, windows, outputs }: Windowed,
): Node {
  const [batch = 1, ...sizes] = x.shape;
  const [channels = 0, , ...plane] = sizes.map(Number);
  const groups = context.integer("group", 1);
  const reach = windows[0]?.length ?? 0;
  requireListable(windows.length * reach * channels, "a convolution of volumes");
  if (channels % groups !== 0) throw context.unsupported(`${groups} groups`, `a divisor of ${channels}`);
  const seen = build.gather(x, 2, windows.flat());
  const split = build.reshape(seen, [batch, groups, channels / groups, windows.length, reach, ...plane]);
  const arranged = build.reshape(build.transpose(split, [0, 3, 1, 4, 2, 5, 6]), [
    batch,
    windows.length * reach * channels,
    ...plane,
  ]);
  const kernels = build.concat(
    windows.map(() => kernel),
    0,
  );
  const image = new ImageContext(context, [arranged, kernels], PLANE, groups * windows.length);
  const result = decoder.decode(image) as Node;
  const apart = build.reshape(result, [batch, windows.length, outputs, ...result.shape.slice(2)]);
  return channelAffine(build.transpose(apart, [0, 2, 1, 3, 4]), undefined, context.optionalNode(2));
}

/** Pooling over height and width, then over the depth: extremes and means of boxes are those of slices. */
function pooled(decoder: Decoder, context: DecodeContext): Node {
  const x = context.node(0);
  const [batch = 1, ...sizes] = x.shape;
  const [channels = 0, depth = 0, ...plane] = sizes.map(Number);
  const flat = build.reshape(x, [batch, channels * depth, ...plane]);
  const planes = decoder.decode(new ImageContext(context, [flat], PLANE)) as Node;
  const cells = planes.shape.slice(2).map(Number);
  const lines = build.reshape(planes, [batch, channels, depth, cells.reduce((a, b) => a * b, 1)]);
  const slices = decoder.decode(new ImageContext(context, [lines], DEPTH)) as Node;
  return build.reshape(slices, [batch, channels, Number(slices.shape[2]), ...cells]);
}

const onVolumes =
  (volume: (decoder: Decoder, context: DecodeContext) => Node) =>
  (decoder: Decoder): Decoder => ({
    ...decoder,
    decode: (context) =>
      context.value(0).shape.length === 5 ? volume(decoder, context) : decoder.decode(context),
  });

/** An operator on images that takes volumes, too. */
export const alsoOnVolumes: Readonly<
  Record<"conv" | "convTranspose" | "pool", (decoder: Decoder) => Decoder>
> = {
  conv: onVolumes(convolved),
  convTranspose: onVolumes(transposed),
  pool: onVolumes(pooled),
};
