import type { InputSpec } from "../graph/index.js";

/** The depth s, [batch, 1], among the inputs of a field that sees it. */
export const depthInput = (timeDependent: boolean): Record<string, InputSpec> =>
  timeDependent ? { s: { shape: ["batch", 1] } } : {};
