import * as build from "../../build.js";
import type { Node } from "../../node.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";

/** Indices from data go along the last axis, beside x on all others. */
function gatherElements(context: DecodeContext): Node {
  const [x, indices] = [context.node(0), context.node(1)];
  requireLastAxis(context, x);
  return build.gatherElements(x, indices);
}

/** Updates are added up; without that, equal indices have no defined result. */
function scatterElements(context: DecodeContext): Node {
  const x = context.node(0);
  requireLastAxis(context, x);
  const reduction = context.text("reduction", "none");
  if (reduction !== "add") throw context.unsupported(`reduction ${reduction}`, "reduction add");
  return build.add(x, build.scatterElements(context.node(2), context.node(1), Number(x.shape.at(-1))));
}

function requireLastAxis(context: DecodeContext, x: Node): void {
  const axis = context.axis(x.shape.length, 0);
  if (axis !== x.shape.length - 1) throw context.unsupported(`axis ${axis}`, "the last axis");
}

/** Elements at positions that data decides. */
export const elementDecoders: DecoderTable = {
  GatherElements: { inputs: [2, 2], decode: gatherElements },
  ScatterElements: { inputs: [3, 3], decode: scatterElements },
};
