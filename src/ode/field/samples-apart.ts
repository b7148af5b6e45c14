import { isRowWise } from "../../graph/internal.js";
import { fail } from "../../tensor/index.js";
import type { Field } from "./field.js";

/**
 * @param what is asked of the field that means something of one sample alone.
 * @throws UNSUPPORTED_FIELD where the derivative of a sample depends on others of its batch, as with means over it.
 */
export function requireSamplesApart({ graph, roles }: Field, what: string): void {
  const dz = graph.outputs[roles.output];
  if (dz === undefined || isRowWise([dz])) return;
  throw fail("UNSUPPORTED_FIELD", {
    what,
    expected: "a derivative that every sample has for itself",
    received: "one that depends on other samples of the batch, or on their number",
    help: "export particles that act on each other as one sample, [batch, particles, d], and after eval(). `solve` and `export --method` take the field as it is: all states of a call are its batch",
  });
}
