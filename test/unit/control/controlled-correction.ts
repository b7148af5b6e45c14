import { withFloat } from "../../../src/graph/index.js";
import type { Correction } from "../../../src/hypersolver/index.js";
import { mlpNetwork } from "../../../src/hypersolver/internal.js";
import { euler } from "../../../src/ode/index.js";
import { cast, type FloatDType, fromNumbers, Random, toFloat64 } from "../../../src/tensor/index.js";

const plain = (width: number) => ({
  mean: new Float64Array(width),
  deviation: new Float64Array(width).fill(1),
});

/** A correction of Euler that sees state, stage and the control u, with weights that nobody trained. */
export function controlledCorrection(
  states: number,
  controls: number,
  dtype: FloatDType = "float32",
): Correction {
  const network = mlpNetwork(
    {
      inputs: ["z", "stages", "x"],
      hidden: [6],
      activation: "tanh",
      statistics: { z: plain(states), k0: plain(states), "x u": plain(controls) },
      scale: new Float64Array(states).fill(0.5),
    },
    new Random(3),
  );
  const random = new Random(4);
  const parameters = Object.fromEntries(
    Object.entries(network.parameters).map(([name, value]) => [
      name,
      cast(
        fromNumbers(
          toFloat64(value).map(() => 0.5 * random.normal()),
          value.shape,
        ),
        dtype,
      ),
    ]),
  );
  return { ...network, base: euler, graph: withFloat(network.graph, dtype), parameters };
}
