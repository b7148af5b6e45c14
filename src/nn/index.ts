/** Layer 3: networks as structure. Layers with PyTorch's parameter names and first values. */
export { type ActivationName, activationNames } from "./activation-names.js";
export {
  activations,
  elu,
  gelu,
  identity,
  relu,
  sigmoid,
  silu,
  softplus,
  tanh,
} from "./activations.js";
export { type AugmenterOptions, augmenter } from "./augmenter.js";
export { type BatchNormOptions, batchNorm2d } from "./batch-norm.js";
export { applyTraining, bufferInputs, initializeBuffers } from "./buffers.js";
export { type ConvOptions, conv2d } from "./conv.js";
export { type ConvTransposeOptions, convTranspose2d } from "./conv-transpose.js";
export {
  chebyshevBasis,
  type DepthBasis,
  type FourierOptions,
  fourierBasis,
  type PiecewiseOptions,
  type PolynomialOptions,
  piecewiseConstantBasis,
  polynomialBasis,
} from "./depth-basis.js";
export { dataControl, depthCat } from "./depth-cat.js";
export { galerkinConv2d } from "./galerkin-conv.js";
export { galerkinLinear } from "./galerkin-linear.js";
export { type GroupNormOptions, groupNorm } from "./group-norm.js";
export { constantParameter, kaimingBound, uniformParameter } from "./initializers.js";
export { type LayerNormOptions, layerNorm } from "./layer-norm.js";
export { type LinearOptions, linear } from "./linear.js";
export { type MlpOptions, mlp } from "./mlp.js";
export type { BufferSpec, Module, ParameterSpec, StateDict, Trained } from "./module.js";
export { countParameters, initialize, parameterInputs, parameterNode } from "./parameters.js";
export {
  type AveragePool2dOptions,
  adaptiveAveragePool2d,
  averagePool2d,
  flatten,
  type MaxPool2dOptions,
  maxPool2d,
  type PoolOptions,
} from "./pooling.js";
export { prelu } from "./prelu.js";
export { sequential } from "./sequential.js";
export { type SinusoidOptions, sinusoids } from "./sinusoids.js";
export { decodeStateDict, encodeStateDict, loadStateDict } from "./state-dict.js";
export { type UnetOptions, unet } from "./unet.js";
export { zeroed } from "./zeroed.js";
