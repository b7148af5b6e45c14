import type { Field } from "./field.js";

/**
 * The same field with its parameters as controls: inputs that are given at every run, instead of constants of the
 * program. One compiled program then serves all values of the weights, and can be differentiated in them.
 */
export function withOpenParameters(field: Field): Field {
  const controls = [...field.roles.controls, ...Object.keys(field.parameters)];
  return { ...field, roles: { ...field.roles, controls }, parameters: {} };
}
