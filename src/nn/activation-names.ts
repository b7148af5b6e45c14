export const activationNames = [
  "identity",
  "tanh",
  "relu",
  "sigmoid",
  "softplus",
  "silu",
  "gelu",
  "elu",
] as const;
export type ActivationName = (typeof activationNames)[number];
