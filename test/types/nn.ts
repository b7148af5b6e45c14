import type { Node } from "../../src/graph/index.js";
import {
  conv2d,
  fourierBasis,
  galerkinLinear,
  initialize,
  linear,
  type Module,
  mlp,
  prelu,
  type StateDict,
  sequential,
  tanh,
} from "../../src/nn/index.js";
import { functional } from "../../src/nn/internal.js";
import { Random, type Tensor } from "../../src/tensor/index.js";

export const net: Module = sequential([linear(2, 8), tanh, linear(8, 2, { bias: false })]);
export const named: Module = sequential({ "4": conv2d(1, 2, 3, { padding: "same" }), "5": prelu() });
// @ts-expect-error a layer has two sizes
linear(2);
// @ts-expect-error a misspelled option
linear(2, 2, { biased: true });
export const curve: Module = galerkinLinear(2, 8, fourierBasis({ harmonics: 2 }), { bias: false });
// @ts-expect-error weights that vary with depth need a basis
galerkinLinear(2, 8);
// @ts-expect-error how many waves?
fourierBasis({});
// @ts-expect-error padding is a number, a pair or "same"
conv2d(1, 2, 3, { padding: "valid" });
// @ts-expect-error a function of nodes becomes a module by `functional`
sequential([linear(2, 2), (x: Node) => x]);
sequential([linear(2, 2), functional((x) => x)]);

mlp({ sizes: [2, 4, 2], activation: "silu" });
mlp({ sizes: [2, 4, 2], activation: prelu() });
// @ts-expect-error there is no such activation
mlp({ sizes: [2, 4, 2], activation: "swish" });
// @ts-expect-error an MLP has sizes
mlp({ activation: "silu" });

/** Values are kept by the names of parameters, and may be missing: a name could be wrong. */
export const state: StateDict = initialize(net, new Random(1));
export const perhaps: Tensor | undefined = state["0.weight"];
// @ts-expect-error a name that may not be there
export const surely: Tensor = state["0.weight"];
// @ts-expect-error first values are drawn from a stream that somebody passes
initialize(net);

export function changed(module: Module, values: StateDict, other: Tensor): void {
  // @ts-expect-error values are not changed in place
  values["0.weight"] = other;
  // @ts-expect-error nor are the parameters of a module
  module.parameters = {};
}

/** A parameter has a shape and a first value. */
export const ownModule: Module = {
  parameters: {
    scale: { shape: [1], initialize: () => ({ dtype: "float32", shape: [1], data: new Float32Array(1) }) },
  },
  apply: (_, x) => x,
};
export const withoutStart: Module = {
  // @ts-expect-error how does it start?
  parameters: { scale: { shape: [1] } },
  apply: (_, x) => x,
};
