import { formatShape, fromNumbers } from "../../../tensor/index.js";
import * as build from "../../build.js";
import { softmax } from "../../compose.js";
import type { Node } from "../../node.js";
import { requireListable } from "./budget.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";

/** softmax(scale·QKᵀ + mask)V of opset 23, heads apart. Without a cache of past keys. */
function attention(context: DecodeContext): Node {
  if (context.optional(4) !== undefined || context.optional(5) !== undefined)
    throw context.unsupported("past keys and values", "whole sequences");
  if (context.call.outputs.slice(1).some((name) => name !== ""))
    throw context.unsupported("further outputs", "the result alone");
  const flat = context.node(0).shape.length === 3;
  const queries = byHead(context, 0, "q_num_heads");
  const [keys, values] = [byHead(context, 1, "kv_num_heads"), byHead(context, 2, "kv_num_heads")];
  const heads = Number(queries.shape[1]);
  const scale = context.float("scale", 1 / Math.sqrt(Number(queries.shape.at(-1))));
  const products = build.matmul(build.mul(queries, scale), repeated(keys, heads), { transposeB: true });
  const cap = context.float("softcap", 0);
  const capped = cap === 0 ? products : build.mul(build.tanh(build.mul(products, 1 / cap)), cap);
  const result = build.matmul(softmax(masked(context, capped)), repeated(values, heads));
  if (!flat) return result;
  const [batch = 1, , length = 1, width = 1] = result.shape;
  return build.reshape(build.transpose(result, [0, 2, 1, 3]), [batch, length, heads * Number(width)]);
}

/** [batch, heads, length, width], from [batch, length, heads·width] where the axes are joined. */
function byHead(context: DecodeContext, i: number, attribute: string): Node {
  const x = context.node(i);
  if (x.shape.length === 4) return x;
  const [batch = 1, length = 1, width = 1] = x.shape;
  const heads = context.integer(attribute, 0);
  if (x.shape.length !== 3 || heads < 1 || Number(width) % heads !== 0)
    throw context.unsupported(`${formatShape(x.shape)} in ${heads} heads`, "[batch, length, heads·width]");
  return build.transpose(build.reshape(x, [batch, length, heads, Number(width) / heads]), [0, 2, 1, 3]);
}

/** Keys and values that several queries share, each as often as it is asked. */
function repeated(x: Node, heads: number): Node {
  const own = Number(x.shape[1]);
  const times = heads / own;
  return times === 1
    ? x
    : build.gather(
        x,
        1,
        Array.from({ length: heads }, (_, i) => Math.floor(i / times)),
      );
}

/** What a softmax takes for nothing; infinities would make rows without any key NaN. */
const never = -1e9;

function masked(context: DecodeContext, scores: Node): Node {
  const mask = context.optionalNode(3);
  const given =
    mask === undefined
      ? scores
      : mask.dtype === "bool"
        ? build.where(mask, scores, never)
        : build.add(scores, mask);
  if (context.integer("is_causal", 0) === 0) return given;
  const [rows, columns] = scores.shape.slice(-2).map(Number) as [number, number];
  requireListable(rows * columns, "a causal mask");
  const seen = Array.from({ length: rows * columns }, (_, i) =>
    Number(i % columns <= Math.floor(i / columns)),
  );
  return build.where(build.constant(fromNumbers(seen, [rows, columns], "bool")), given, never);
}

/** Attention. */
export const attentionDecoders: DecoderTable = {
  Attention: { inputs: [3, 6], rows: "images", decode: attention },
};
