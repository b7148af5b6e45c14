import type { Config, TopLevelSpec } from "vega-lite";
import type { LayerSpec } from "vega-lite/types_unstable/spec/index.js";

/**
 * What figures are checked against while they are written. These types name the DOM: nothing that the package exports
 * may mention them.
 */
export type { Config, TopLevelSpec };

/** One member of a layered picture. */
export type Layer = LayerSpec<string>["layer"][number];
