import type { ValidityCard } from "../../src/hypersolver/index.js";
import { fingerprintOf } from "../../src/hypersolver/internal.js";
import type { Field } from "../../src/ode/index.js";
import { stateType } from "../../src/ode/internal.js";

/** A card as a fit of Heun in one step over [0, 1] would write it. */
export function cardFor(field: Field, changes: Partial<ValidityCard> = {}): ValidityCard {
  return {
    ...{ format: 1, base: "heun", order: 2, inputs: ["z", "stages", "epsilon"], features: [] },
    ...{ span: [0, 1], steps: 1, epsilon: [0.5, 1], stateShape: stateType(field).shape },
    states: { source: "normal", mean: [0, 0], deviation: [1, 1] },
    reference: { method: "dopri5@1e-7", precision: "float64", noiseFloor: 1e-4 },
    measured: [{ steps: 1, nfe: 2, macs: 10, base: 0.1, hypersolver: 0.01 }],
    ...{ seed: 3, library: "hypersolvers 0.0.0", fingerprint: fingerprintOf(field) },
    ...changes,
  };
}
