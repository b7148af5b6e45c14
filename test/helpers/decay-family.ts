import { mul, trace } from "../../src/graph/index.js";
import { defineFamily, type FieldFamily, uniformStates } from "../../src/hypersolver/index.js";
import { makeField } from "../../src/ode/internal.js";

/** dz/ds = −rate·z: a member a rate, with the solution z e^(−rate·s). */
export function decays(range: readonly [number, number] = [0.5, 2], width = 1): FieldFamily {
  const specs = { z: { shape: ["batch", width] }, rate: { shape: ["batch", 1] } } as const;
  const graph = trace(specs, ({ z, rate }) => ({ dz: mul(mul(z, rate), -1) }));
  const field = makeField(graph, { state: "z", depth: undefined, controls: ["rate"], output: "dz" }, {});
  return defineFamily({
    name: "decays",
    field,
    parameters: { rate: range },
    states: uniformStates([width], 0.5, 1.5),
  });
}
