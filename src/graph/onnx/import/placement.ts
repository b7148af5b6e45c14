import { sizeOf } from "../../../tensor/index.js";
import * as build from "../../build.js";
import type { Node } from "../../node.js";
import type { SymbolicShape } from "../../tensor-type.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";
import { lookUp } from "./look-up.js";
import { elementsOf, type Places, readPlaces } from "./places.js";

const batchOf = ({ lead }: Places): SymbolicShape => (lead === 1 ? ["batch"] : []);

/** Addressed axes as one. */
const flattened = (x: Node, places: Places): Node =>
  build.reshape(x, [...batchOf(places), places.size, ...places.rest]);

function gatherND(context: DecodeContext): Node {
  const [x, indices] = [context.node(0), context.node(1)];
  const places = readPlaces(context, x, indices, context.integer("batch_dims", 0));
  const { lead, shape, rest, fixed } = places;
  const result = [...batchOf(places), ...shape, ...rest];
  if (fixed !== undefined) return build.reshape(build.gather(flattened(x, places), lead, fixed), result);
  const labels = places.node();
  if (lead === 0) return lookUp(context, flattened(x, places), 0, labels);
  return build.reshape(elementsOf(flattened(x, places), labels, places), result);
}

/** Old and new elements side by side, of which every position takes its last one: so exporters assign to slices. */
function scatterND(context: DecodeContext): Node {
  const [x, indices, updates] = [context.node(0), context.node(1), context.node(2)];
  const places = readPlaces(context, x, indices, 0);
  const { lead, size, shape, rest, fixed } = places;
  const reduction = context.text("reduction", "none");
  if (fixed === undefined)
    throw context.unsupported("positions that depend on data", "positions that follow from shapes");
  const old = flattened(x, places);
  const given = build.reshape(updates, [...batchOf(places), sizeOf(shape.map(Number)), ...rest]);
  if (reduction === "add")
    return build.reshape(build.add(old, build.scatterAdd(given, lead, fixed, size)), x.shape);
  if (reduction !== "none") throw context.unsupported(`reduction ${reduction}`, "none or add");
  const sources = Array.from({ length: size }, (_, position) => position);
  for (const [i, position] of fixed.entries()) sources[position] = size + i;
  return build.reshape(build.gather(build.concat([old, given], lead), lead, sources), x.shape);
}

/** Elements at positions that index tensors name by all their coordinates. */
export const placementDecoders: DecoderTable = {
  GatherND: { inputs: [2, 2], decode: gatherND },
  ScatterND: { inputs: [3, 3], decode: scatterND },
};
