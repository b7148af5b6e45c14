import { withFloat } from "../../graph/index.js";
import type { Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { cast, type FloatDType, fail, formatShape } from "../../tensor/index.js";
import type { CorrectionNetwork } from "../correction/correction.js";

/**
 * The network in the field's type.
 * @throws SHAPE_MISMATCH for a field of other states than it answers with.
 */
export function networkFor(network: CorrectionNetwork, field: Field): CorrectionNetwork {
  const { dtype, shape } = stateType(field);
  const answers = network.graph.outputs.g?.shape ?? [];
  if (formatShape(answers.slice(1)) === formatShape(shape.slice(1)))
    return networkAs(network, dtype === "float64" ? dtype : "float32");
  throw fail("SHAPE_MISMATCH", {
    what: "learned solver",
    expected: `a field with the states that it was fitted to, ${formatShape(answers)}`,
    received: formatShape(shape),
  });
}

/** The same network computing in another float type. */
function networkAs(network: CorrectionNetwork, dtype: FloatDType): CorrectionNetwork {
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
