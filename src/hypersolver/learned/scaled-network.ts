import type { Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import type { Random } from "../../tensor/index.js";
import { type ConvNetworkOptions, convNetwork, withFoldedChannels } from "../correction/conv-network.js";
import type { CorrectionNetwork } from "../correction/correction.js";
import { shapesSeen } from "../correction/input-shapes.js";
import type { ConvActivation, CorrectionInput, HiddenActivation } from "../correction/names.js";
import { mlpNetwork, type NetworkOptions, withFoldedStatistics } from "../correction/network.js";
import { hasImageStates } from "../fit/resolve-fit.js";

/** What a network looks at, and how large it is. */
export interface NetworkLook {
  readonly inputs: readonly CorrectionInput[];
  readonly features: readonly string[];
  readonly hidden: readonly number[];
  /** Of images. */
  readonly kernels?: readonly number[] | undefined;
  readonly activation: ConvActivation;
}

/** What it will see, by name, and how large its answers are. */
type Scaling = Pick<NetworkOptions, "statistics" | "scale">;

/** A network before training. */
export interface ScaledNetwork {
  readonly network: CorrectionNetwork;
  /** The same network, trained, with its statistics inside its weights: cheaper to run. */
  readonly finish: (network: CorrectionNetwork) => CorrectionNetwork;
}

/** An MLP for vectors, convolutions for images. */
export function scaledNetwork(
  field: Field,
  look: NetworkLook,
  scaling: Scaling,
  random: Random,
): ScaledNetwork {
  const { inputs, features, hidden, kernels = [], activation } = look;
  const shared = { inputs, features, hidden, ...scaling };
  if (!hasImageStates(field)) {
    const options: NetworkOptions = { ...shared, activation: activation as HiddenActivation };
    return {
      network: mlpNetwork(options, random),
      finish: (network) => withFoldedStatistics(options, network),
    };
  }
  const [, , height = 1, width = 1] = stateType(field).shape.map(Number);
  const stages = Object.keys(scaling.statistics).filter((name) => /^k\d+$/.test(name)).length;
  const shapes = shapesSeen(field, stages, { inputs, features });
  const options: ConvNetworkOptions = { ...shared, kernels, activation, shapes, size: [height, width] };
  return {
    network: convNetwork(options, random),
    finish: (network) => withFoldedChannels(options, network),
  };
}
