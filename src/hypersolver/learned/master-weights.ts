import type { NamedTensors } from "../../runtime/index.js";
import { cast, type Tensor } from "../../tensor/index.js";
import type { CorrectionNetwork } from "../correction/correction.js";

/** A network's weights as training moves them: in float64. */
export const masterWeights = ({ parameters }: CorrectionNetwork): NamedTensors =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, cast(value, "float64")]));

/** The network with such weights, in its own type. */
export function withMasterWeights(network: CorrectionNetwork, weights: NamedTensors): CorrectionNetwork {
  const parameters = Object.entries(network.parameters).map(
    ([name, { dtype }]) => [name, cast(weights[name] as Tensor, dtype)] as const,
  );
  return { ...network, parameters: Object.fromEntries(parameters) };
}
