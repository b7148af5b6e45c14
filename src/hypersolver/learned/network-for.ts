import type { Field } from "../../ode/index.js";
import { stateType } from "../../ode/internal.js";
import { fail, formatShape } from "../../tensor/index.js";
import type { CorrectionNetwork } from "../correction/correction.js";
import { networkAs } from "../correction/network-as.js";

/**
 * The network in the field's type.
 * @throws SHAPE_MISMATCH for a field of other states than it answers with.
 */
export function networkFor(network: CorrectionNetwork, field: Field): CorrectionNetwork {
  const { dtype, shape } = stateType(field);
  const answers = network.graph.outputs.g?.shape ?? [];
  if (formatShape(answers.slice(1)) === formatShape(shape.slice(1))) return networkAs(network, dtype);
  throw fail("SHAPE_MISMATCH", {
    what: "learned solver",
    expected: `a field with the states that it was fitted to, ${formatShape(answers)}`,
    received: formatShape(shape),
  });
}
