import * as build from "../../build.js";
import { layerNorm, mean, square } from "../../compose.js";
import type { Node } from "../../node.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";

const axesFrom = (first: number, rank: number): number[] =>
  Array.from({ length: rank - first }, (_, i) => first + i);

/** Normalised over the axes from `axis` on; the mean and 1/deviation are further outputs. */
function layerNormalization(context: DecodeContext): Node[] {
  const x = context.node(0);
  const axes = axesFrom(context.axis(x.shape.length, -1), x.shape.length);
  const epsilon = context.float("epsilon", 1e-5);
  const centre = mean(x, axes, true);
  const variance = mean(square(build.sub(x, centre)), axes, true);
  return [
    layerNorm(x, axes, context.node(1), context.optionalNode(2), epsilon),
    centre,
    build.reciprocal(build.sqrt(build.add(variance, epsilon))),
  ];
}

/** x/√(mean x² + epsilon)·scale */
function rmsNormalization(context: DecodeContext): Node {
  const x = context.node(0);
  const axes = axesFrom(context.axis(x.shape.length, -1), x.shape.length);
  const power = build.add(mean(square(x), axes, true), context.float("epsilon", 1e-5));
  return build.mul(build.div(x, build.sqrt(power)), context.node(1));
}

/** Normalisations over features. */
export const normalisationDecoders: DecoderTable = {
  LayerNormalization: { inputs: [2, 3], decode: layerNormalization },
  RMSNormalization: { inputs: [2, 2], decode: rmsNormalization },
};
