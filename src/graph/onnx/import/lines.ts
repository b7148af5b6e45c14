import * as build from "../../build.js";
import type { Node } from "../../node.js";
import { DecodeContext } from "./context.js";
import type { Decoder } from "./decoder.js";

/** What an attribute says along the axis of one row that a line gets to be an image. */
const alongRows: ReadonlyMap<string, number> = new Map([
  ["kernel_shape", 1],
  ["strides", 1],
  ["dilations", 1],
  ["output_shape", 1],
  ["output_padding", 0],
]);

/** A call on lines [batch, channels, length] as one on images of one row. */
class LineContext extends DecodeContext {
  constructor({ call, batchSource }: DecodeContext, inputs: readonly (Node | undefined)[]) {
    super(
      call,
      inputs.map((x) => x && asImage(x)),
      batchSource,
    );
  }

  override integerList(name: string): number[] | undefined {
    const list = super.integerList(name);
    const first = alongRows.get(name);
    const [before = 0, after = 0] = list ?? [];
    if (name === "pads" && list?.length === 2) return [0, before, 0, after];
    return list?.length === 1 && first !== undefined ? [first, before] : list;
  }
}

/** Three axes become four; biases stay. */
function asImage(x: Node): Node {
  const [batch = 1, channels = 1, length] = x.shape;
  return length === undefined || x.shape.length > 3 ? x : build.reshape(x, [batch, channels, 1, length]);
}

/** An operator on images that takes lines too, such as sequences, as images of one row. */
export const alsoOnLines = (decoder: Decoder): Decoder => ({
  ...decoder,
  decode: (context) => {
    if (context.value(0).shape.length !== 3) return decoder.decode(context);
    const inputs = context.call.inputs.map((_, i) => context.optionalNode(i));
    return [decoder.decode(new LineContext(context, inputs))].flat().map((result) => {
      const { shape } = result as Node;
      return build.reshape(
        result as Node,
        shape.filter((_, axis) => axis !== 2),
      );
    });
  },
});
