import * as build from "../../build.js";
import { gelu, geluTanh, logSoftmax, silu, softmax } from "../../compose.js";
import type { Node } from "../../node.js";
import type { DecodeContext } from "./context.js";
import type { Decoder, DecoderTable } from "./decoder.js";
import { parametric, unary } from "./elementwise.js";

/** SELU's constants as ONNX prints them (Klambauer et al., 2017). */
const selu = { alpha: 1.67326319217681884765625, gamma: 1.05070102214813232421875 };

/** max(0, min(1, αx + β)) */
const hardSigmoid = (x: Node, alpha: number, beta: number): Node =>
  build.maximum(build.minimum(build.add(build.mul(x, alpha), beta), 1), 0);

/** Over one axis since opset 13; before, over all axes from the given one, which is the same for the last. */
const overAxis = (make: (x: Node, axis: number) => Node): Decoder => ({
  inputs: [1, 1],
  rows: "axes",
  decode: (context) => {
    const x = context.node(0);
    const axis = context.axis(x.shape.length, context.call.opset < 13 ? 1 : -1);
    if (context.call.opset < 13 && axis !== x.shape.length - 1)
      throw context.unsupported(`axis ${axis} in opset ${context.call.opset}`, "the last axis, or opset 13");
    return make(x, axis);
  },
});

function decodeGelu(x: Node, context: DecodeContext): Node {
  return context.text("approximate", "none") === "tanh" ? geluTanh(x) : gelu(x);
}

/** Activation functions. */
export const activationDecoders: DecoderTable = {
  Tanh: unary(build.tanh),
  Sigmoid: unary(build.sigmoid),
  Softplus: unary(build.softplus),
  Relu: unary(build.relu),
  LeakyRelu: parametric((x, context) =>
    build.prelu(x, build.constant(context.float("alpha", 0.01), x.dtype)),
  ),
  PRelu: {
    inputs: [2, 2],
    rows: "pointwise",
    decode: (context) => build.prelu(context.node(0), context.node(1)),
  },
  Elu: parametric((x, context) => build.elu(x, context.float("alpha", 1))),
  Celu: parametric((x, context) => {
    const alpha = context.float("alpha", 1);
    return build.mul(build.elu(build.mul(x, 1 / alpha)), alpha);
  }),
  Selu: parametric((x, context) =>
    build.mul(build.elu(x, context.float("alpha", selu.alpha)), context.float("gamma", selu.gamma)),
  ),
  Gelu: parametric(decodeGelu),
  HardSigmoid: parametric((x, context) =>
    hardSigmoid(x, context.float("alpha", 0.2), context.float("beta", 0.5)),
  ),
  HardSwish: unary((x) => build.mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  Mish: unary((x) => build.mul(x, build.tanh(build.softplus(x)))),
  Softsign: unary((x) => build.div(x, build.add(build.abs(x), 1))),
  Swish: parametric((x, context) => {
    const alpha = context.float("alpha", 1);
    return alpha === 1 ? silu(x) : build.mul(x, build.sigmoid(build.mul(x, alpha)));
  }),
  Softmax: overAxis(softmax),
  LogSoftmax: overAxis(logSoftmax),
};

/** Activation functions of ONNX Runtime's own. */
export const microsoftActivationDecoders: DecoderTable = {
  Gelu: unary(gelu),
  QuickGelu: parametric((x, context) =>
    build.mul(x, build.sigmoid(build.mul(x, context.float("alpha", 1.702)))),
  ),
};
