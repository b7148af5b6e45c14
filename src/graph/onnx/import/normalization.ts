import * as build from "../../build.js";
import { layerNorm, mean, square } from "../../compose.js";
import type { Node } from "../../node.js";
import { batchNorm, groupNorm } from "../../normalization.js";
import type { DecodeContext } from "./context.js";
import type { DecoderTable } from "./decoder.js";

/** Normalized over the axes from `axis` on; the mean and 1/deviation are further outputs. */
function layerNormalization(context: DecodeContext): Node[] {
  const x = context.node(0);
  const axes = context.axesFrom(x.shape.length, -1);
  const epsilon = context.float("epsilon", 1e-5);
  const center = mean(x, axes, true);
  const variance = mean(square(build.sub(x, center)), axes, true);
  return [
    layerNorm(x, axes, context.node(1), context.optionalNode(2), epsilon),
    center,
    build.reciprocal(build.sqrt(build.add(variance, epsilon))),
  ];
}

/** x/√(mean x² + epsilon)·scale */
function rmsNormalization(context: DecodeContext): Node {
  const x = context.node(0);
  const axes = context.axesFrom(x.shape.length, -1);
  const power = build.add(mean(square(x), axes, true), context.float("epsilon", 1e-5));
  return build.mul(build.div(x, build.sqrt(power)), context.node(1));
}

/** With the stored statistics: a model exported for inference. */
function batchNormalization(context: DecodeContext): Node {
  if (context.integer("training_mode", 0) !== 0)
    throw context.unsupported("training mode", "a model exported for inference: call model.eval() first");
  if (context.integer("spatial", 1) === 0) throw context.unsupported("spatial 0", "statistics by channel");
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => context.node(i)) as [Node, Node, Node, Node];
  return batchNorm(context.node(0), { mean, variance }, scale, shift, context.float("epsilon", 1e-5));
}

function instanceNormalization(context: DecodeContext): Node {
  const x = context.node(0);
  const channels = Number(x.shape[1]);
  return groupNorm(x, channels, context.node(1), context.node(2), context.float("epsilon", 1e-5));
}

/** Scale and shift are one a group in opset 18, one a channel since 21. */
function groupNormalization(context: DecodeContext): Node {
  const x = context.node(0);
  const groups = context.integer("num_groups", 1);
  const channels = Number(x.shape[1]);
  const byChannel = (vector: Node): Node =>
    vector.shape[0] === channels
      ? vector
      : build.reshape(build.expand(build.reshape(vector, [groups, 1]), [groups, channels / groups]), [
          channels,
        ]);
  const [scale, shift] = [byChannel(context.node(1)), byChannel(context.node(2))];
  return groupNorm(x, groups, scale, shift, context.float("epsilon", 1e-5));
}

/** Normalizations over features. */
export const normalizationDecoders: DecoderTable = {
  BatchNormalization: { inputs: [5, 5], rows: "images", decode: batchNormalization },
  GroupNormalization: { inputs: [3, 3], rows: "images", decode: groupNormalization },
  InstanceNormalization: { inputs: [3, 3], rows: "images", decode: instanceNormalization },
  LayerNormalization: { inputs: [2, 3], rows: "axes", decode: layerNormalization },
  RMSNormalization: { inputs: [2, 2], rows: "axes", decode: rmsNormalization },
};
