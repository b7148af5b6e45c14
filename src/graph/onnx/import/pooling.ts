import * as build from "../../build.js";
import { mean } from "../../compose.js";
import type { Node } from "../../node.js";
import { averagePool as averagePoolNodes } from "../../pooling.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";
import { alsoOnLines } from "./lines.js";
import { alsoOnVolumes } from "./volumes.js";
import { ceilingPads, decodeWindows, pairOf } from "./windows.js";

function windowsOf(context: DecodeContext): ReturnType<typeof decodeWindows> {
  return decodeWindows(context, context.node(0), pairOf(context, "kernel_shape", [0, 0]));
}

function maxPool(context: DecodeContext): Node {
  if (context.call.outputs.length > 1) throw context.unsupported("two outputs", "no indices");
  const windows = windowsOf(context);
  const [bottom, right] = ceilingPads(context, windows);
  const { pads } = windows;
  const wide = [pads[0], pads[1], pads[2] + bottom, pads[3] + right] as const;
  return build.maxPool(context.node(0), windows.kernel, { ...windows, pads: wide });
}

function averagePool(context: DecodeContext): Node {
  const windows = windowsOf(context);
  if (ceilingPads(context, windows).some((width) => width > 0))
    throw context.unsupported("ceil_mode with a last window that overhangs", "ceil_mode 0");
  const { strides, pads, dilations, kernel } = windows;
  const countIncludePad = context.integer("count_include_pad", 0) !== 0;
  return averagePoolNodes(context.node(0), kernel, { strides, pads, dilations, countIncludePad });
}

/** Axes behind the channels. */
const inner = ({ shape }: Node): number[] => [...shape.keys()].slice(2);

/** Pooling of images. */
export const poolingDecoders: DecoderTable = {
  AveragePool: alsoOnVolumes.pool(alsoOnLines({ inputs: [1, 1], rows: "images", decode: averagePool })),
  MaxPool: alsoOnVolumes.pool(alsoOnLines({ inputs: [1, 1], rows: "images", decode: maxPool })),
  GlobalAveragePool: {
    inputs: [1, 1],
    rows: "images",
    decode: (context) => mean(context.node(0), inner(context.node(0)), true),
  },
  GlobalMaxPool: {
    inputs: [1, 1],
    rows: "images",
    decode: (context) => build.reduceMax(context.node(0), inner(context.node(0)), true),
  },
};
