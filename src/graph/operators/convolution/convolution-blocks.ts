import { constantValue, type Node } from "../../node.js";
import type { Emitter, OnnxAttributes } from "../../operator.js";
import type { Geometry } from "./convolution-geometry.js";

/**
 * ONNX Runtime's fast convolution works on images whose channels lie in blocks, as wide as a vector of the machine. It lays
 * out constant weights for it by itself; weights that change, as in training, are laid out here. The domain is ONNX
 * Runtime's own: the caller that sets `channelBlock` has tried it out.
 */
const domain = "com.microsoft.nchwc";

/** The block for a convolution that gains from it: weights that change, no groups, whole blocks on both sides. */
export function blockFor(
  { target, channelBlock }: Emitter,
  weight: Node | undefined,
  { groups, inputs, outputs, kernel }: Geometry,
): number | undefined {
  if (target !== "onnxruntime" || channelBlock === undefined) return undefined;
  const changes = weight?.dtype === "float32" && constantValue(weight) === undefined;
  const whole = [inputs, outputs].every((channels) => channels % channelBlock === 0);
  return changes && whole && groups === 1 && kernel.some((side) => side > 1) ? channelBlock : undefined;
}

/** The convolution of `Conv` with the same operands: image, weight and perhaps a bias. */
export function blockedConvolution(
  emitter: Emitter,
  [x = "", weight = "", ...bias]: readonly string[],
  block: number,
  { inputs, outputs, kernel }: Geometry,
  attributes: OnnxAttributes,
): string {
  const blocks = [outputs / block, block, inputs / block, block, ...kernel];
  const split = emitter.node("Reshape", [weight, emitter.int64(blocks)]);
  const byBlocks = emitter.node("Transpose", [split], { perm: [0, 2, 4, 5, 3, 1] });
  const laidOut = emitter.node("Reshape", [byBlocks, emitter.int64([outputs, inputs, ...kernel])]);
  const image = emitter.node("ReorderInput", [x], {}, domain);
  const result = emitter.node("Conv", [image, laidOut, ...bias], attributes, domain);
  return emitter.node("ReorderOutput", [result], { channels: outputs }, domain);
}
