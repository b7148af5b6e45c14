import { concat, mul, sin, slice, sub, trace } from "../../src/graph/index.js";
import { settingsOf } from "../../src/hypersolver/fit/fit.js";
import type { FitSettings } from "../../src/hypersolver/fit/fit-settings.js";
import {
  type Fit,
  type FitInputs,
  type FitSpec,
  fitCorrection,
  type StateSource,
  uniformStates,
} from "../../src/hypersolver/index.js";
import { resolveFit } from "../../src/hypersolver/internal.js";
import type { Field, Span } from "../../src/ode/index.js";
import { makeField } from "../../src/ode/internal.js";
import type { RunContext } from "../../src/runtime/index.js";

/** A damped pendulum: z' = (z₂, −sin z₁ − z₂/5). Nonlinear, autonomous; for fits of seconds. */
export function pendulum(): Field {
  const graph = trace({ z: { shape: ["batch", 2] } }, ({ z }) => {
    const [angle, speed] = [slice(z, 1, 0, 1), slice(z, 1, 1, 2)];
    return { dz: concat([speed, sub(mul(sin(angle), -1), mul(speed, 0.2))], 1) };
  });
  return makeField(graph, { state: "z", depth: undefined, controls: [], output: "dz" }, {});
}

export const pendulumSpan: Span = [0, 1.5];

/** Small enough for a second, large enough to learn. */
export const smallFit: FitSpec & { readonly states: StateSource } = {
  ...{ base: "heun", steps: 1, span: pendulumSpan, states: uniformStates([2], -1.5, 1.5), seed: 1 },
  ...{ iterations: 400, trajectories: 512, batch: 128, hidden: [24], learningRate: 2e-2 },
};

/** All parameters of a fit's correction, one after another. */
export const weightsOf = ({ correction }: Fit): number[] =>
  Object.values(correction.parameters).flatMap(({ data }) => Array.from(data, Number));

/** A fit in one record, as tests vary them: spec, inputs and context. */
export type FitCase = FitSpec & FitInputs & Pick<RunContext, "signal" | "onProgress" | "threads">;

/** `fitCorrection` of a case. */
export function fitted(field: Field, of: FitCase): Promise<Fit> {
  const { states, checkpoint, onCheckpoint, signal, onProgress, threads, ...spec } = of;
  const context = {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(threads !== undefined && { threads }),
  };
  return fitCorrection(field, spec, { states, checkpoint, onCheckpoint }, context);
}

/** What the inside of a fit works by, for a case. */
export const settingsFor = (field: Field, { states, ...spec }: FitCase): FitSettings =>
  settingsOf(resolveFit(field, spec), { states }, {});
