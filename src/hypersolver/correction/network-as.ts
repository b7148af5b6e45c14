import { withFloat } from "../../graph/index.js";
import { cast, type DType } from "../../tensor/index.js";
import type { CorrectionNetwork } from "./correction.js";

/** The same network computing in the type of the states that it corrects. */
export function networkAs<G extends CorrectionNetwork>(network: G, state: DType): G {
  const dtype = state === "float64" ? state : "float32";
  if (network.graph.outputs.g?.dtype === dtype) return network;
  const parameters = Object.entries(network.parameters).map(
    ([name, value]) => [name, cast(value, dtype)] as const,
  );
  return {
    ...network,
    graph: withFloat(network.graph, dtype),
    parameters: Object.fromEntries(parameters),
  };
}
