/** Tables of options: from one come types, checks, defaults, flags, help, files and forms. Loads no package. */

export { checkSpec, completeSpec, defaultsOf } from "./complete.js";
export { describe, type JsonSchema, type OptionDescription, schemaOf } from "./describe.js";
export type { Table } from "./kind.js";
export type { Complete, Spec } from "./spec.js";
