/** Names that `activations` knows, in a file that loads nothing: tables of options need them. */
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
/** One of them. */
export type ActivationName = (typeof activationNames)[number];
