/** Layer 3: networks as structure. Layers with PyTorch's parameter names and first values. */
export {
  type ActivationName,
  activationNamed,
  activations,
  elu,
  functional,
  gelu,
  identity,
  isActivationName,
  relu,
  sigmoid,
  silu,
  softplus,
  tanh,
} from "./activations.js";
export { constantParameter, kaimingBound, uniformParameter } from "./initializers.js";
export { type LayerNormOptions, layerNorm } from "./layer-norm.js";
export { type LinearOptions, linear } from "./linear.js";
export { type MlpOptions, mlp } from "./mlp.js";
export {
  countParameters,
  initialize,
  loadStateDict,
  type Module,
  type ParameterSpec,
  parameterInputs,
  parameterNode,
  type StateDict,
} from "./module.js";
export { prelu } from "./prelu.js";
export { sequential } from "./sequential.js";
export { decodeStateDict, encodeStateDict, prefixed, withPrefix } from "./state-dict.js";
export { zeroed } from "./zeroed.js";
