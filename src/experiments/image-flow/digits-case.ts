import type { StateSource } from "../../hypersolver/index.js";
import { drawnStates } from "../../hypersolver/internal.js";
import { type Field, midpoint, type Span } from "../../ode/index.js";
import { draw, tensor } from "../../tensor/index.js";
import type { LearnedCase } from "../learned/learned-case.js";

export const SPAN: Span = [0, 1];

/** Noise of the size of an image: none wider than what samplers start from. */
export const noise: StateSource = drawnStates("normal noise, 28×28", (count, random) =>
  tensor(
    "float32",
    [count, 1, 28, 28],
    draw(count * 784, () => random.normal()),
  ),
);

/** The flow of digits, for which solvers are learned. @param referenceTolerance of dopri5, which they learn from. */
export const digitsCase = (field: Field, referenceTolerance: number): LearnedCase => ({
  ...{ field, span: SPAN, states: noise, base: midpoint, referenceTolerance },
  ...{ measure: "relative", repetitions: 1, rivals: [], dispose: async () => {} },
});
