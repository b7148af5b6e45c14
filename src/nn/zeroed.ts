import { constantParameter } from "./initializers.js";
import type { Module } from "./module.js";

/** The same module with every parameter starting at zero: a correction that begins as no correction. */
export function zeroed(module: Module): Module {
  return {
    ...module,
    parameters: Object.fromEntries(
      Object.entries(module.parameters).map(([name, { shape }]) => [name, constantParameter(shape, 0)]),
    ),
  };
}
