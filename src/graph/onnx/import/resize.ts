import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { alongAxis, fixedSize } from "./along-axis.js";
import { requireListable } from "./budget.js";
import type { DecodeContext } from "./context.js";
import { type Count, countOf, sameCount } from "./count.js";
import type { DecoderTable } from "./decoder.js";

/** How one axis is read anew. */
interface AxisPlan {
  readonly inputs: number;
  readonly outputs: number;
  /** Outputs a cell. */
  readonly scale: number;
}

type Positions = (output: number, plan: AxisPlan) => number;

/** Where in the input an output lies, by the mode's name in ONNX. */
const positions: Readonly<Record<string, Positions>> = {
  half_pixel: (output, { scale }) => (output + 0.5) / scale - 0.5,
  pytorch_half_pixel: (output, { scale, outputs }) => (outputs > 1 ? (output + 0.5) / scale - 0.5 : 0),
  asymmetric: (output, { scale }) => output / scale,
  align_corners: (output, { inputs, outputs }) => (outputs > 1 ? (output * (inputs - 1)) / (outputs - 1) : 0),
};

const roundings: Readonly<Record<string, (x: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
};

const clamp = (cell: number, size: number): number => Math.min(Math.max(cell, 0), size - 1);

/** Weights of the cells around a position, by their distance from it, and how far they reach. */
const kernels: Readonly<Record<string, (context: DecodeContext) => (distance: number) => number>> = {
  linear: () => (distance) => Math.max(0, 1 - Math.abs(distance)),
  cubic: (context) => cubic(context.float("cubic_coeff_a", -0.75)),
};

/** Keys, "Cubic convolution interpolation", 1981. */
const cubic =
  (a: number) =>
  (distance: number): number => {
    const x = Math.abs(distance);
    if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  };

function resize(context: DecodeContext): Node {
  const x = context.node(0);
  const name = context.text("coordinate_transformation_mode", "half_pixel");
  const position = positions[name];
  if (position === undefined || !Object.hasOwn(positions, name))
    throw context.unsupported(`coordinates ${name}`, Object.keys(positions).join(", "));
  for (const option of ["antialias", "exclude_outside"])
    if (context.integer(option, 0) !== 0) throw context.unsupported(option, `no ${option}`);
  if (context.text("keep_aspect_ratio_policy", "stretch") !== "stretch")
    throw context.unsupported("a kept aspect ratio", "stretch");
  return plans(context, x).reduce<Node>((current, plan, axis) => {
    if (plan === undefined) return current;
    return context.text("mode", "nearest") === "nearest"
      ? nearest(context, current, axis, plan, position)
      : interpolated(context, current, axis, plan, position);
  }, x);
}

/** By axis; undefined where nothing changes. Sizes are the fourth input, scales the third. */
function plans(context: DecodeContext, x: Node): (AxisPlan | undefined)[] {
  const axes = context.integerList("axes") ?? [...x.shape.keys()];
  const sized = context.optional(3) !== undefined;
  const wanted = context.counts(sized ? 3 : 2, sized ? "sizes" : "scales").entries;
  const result = new Array<AxisPlan | undefined>(x.shape.length).fill(undefined);
  for (const [i, axis] of axes.entries()) {
    const given: Count = wanted[i] ?? 1;
    if (sized ? sameCount(given, countOf(x.shape[axis] ?? 1)) : given === 1) continue;
    const inputs = fixedSize(context, x, axis);
    const value = context.fixed(given, "size");
    const outputs = sized ? value : Math.floor(inputs * value);
    if (!(outputs >= 1)) throw context.unsupported(`size ${outputs}`, "at least 1");
    requireListable(inputs * outputs, "a map along an axis");
    result[axis] = { inputs, outputs, scale: sized ? outputs / inputs : value };
  }
  return result;
}

function nearest(context: DecodeContext, x: Node, axis: number, plan: AxisPlan, position: Positions): Node {
  const name = context.text("nearest_mode", "round_prefer_floor");
  const rounded = roundings[name];
  if (rounded === undefined || !Object.hasOwn(roundings, name))
    throw context.unsupported(`nearest_mode ${name}`);
  const cells = Array.from({ length: plan.outputs }, (_, output) =>
    clamp(rounded(position(output, plan)), plan.inputs),
  );
  return build.gather(x, axis, cells);
}

/** Cells beyond the border are the outermost ones. */
function interpolated(
  context: DecodeContext,
  x: Node,
  axis: number,
  plan: AxisPlan,
  position: Positions,
): Node {
  const mode = context.text("mode", "nearest");
  const weigh = Object.hasOwn(kernels, mode) ? kernels[mode]?.(context) : undefined;
  if (weigh === undefined) throw context.unsupported(`mode ${mode}`, "nearest, linear or cubic");
  const { inputs, outputs } = plan;
  const columns = Array.from({ length: outputs }, (_, output) => {
    const column = new Float64Array(inputs);
    const at = position(output, plan);
    for (let cell = Math.floor(at) - 1; cell <= Math.floor(at) + 2; cell++) {
      const target = clamp(cell, inputs);
      column[target] = (column[target] ?? 0) + weigh(at - cell);
    }
    return column;
  });
  const entry = (input: number, output: number): number => columns[output]?.[input] ?? 0;
  return alongAxis(x, axis, { inputs, outputs, entry });
}

/** Blocks of channels into squares of cells, and back. */
function depthToSpace(context: DecodeContext): Node {
  const x = context.node(0);
  const block = context.integer("blocksize", 1);
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const depth = Number(channels) / block ** 2;
  const byColumn = context.text("mode", "DCR") === "CRD";
  const split = byColumn ? [depth, block, block] : [block, block, depth];
  const order = byColumn ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  const blocks = build.transpose(build.reshape(x, [batch, ...split, height, width]), order);
  return build.reshape(blocks, [batch, depth, Number(height) * block, Number(width) * block]);
}

function spaceToDepth(context: DecodeContext): Node {
  const x = context.node(0);
  const block = context.integer("blocksize", 1);
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const [rows, columns] = [Number(height) / block, Number(width) / block];
  const split = build.reshape(x, [batch, channels, rows, block, columns, block]);
  const order = build.transpose(split, [0, 3, 5, 1, 2, 4]);
  return build.reshape(order, [batch, Number(channels) * block ** 2, rows, columns]);
}

/** Images of other sizes. */
export const resizeDecoders: DecoderTable = {
  Resize: { inputs: [1, 4], rows: "images", decode: resize },
  DepthToSpace: { inputs: [1, 1], rows: "images", decode: depthToSpace },
  SpaceToDepth: { inputs: [1, 1], rows: "images", decode: spaceToDepth },
};
