import { predictions, scheduleNames, spacings, variables } from "../../ode/specs.js";
import type { Spec } from "../../spec/index.js";

/** How a diffusion or flow network is read as a field; see docs/estimators.md. */
export const denoiserTable = {
  prediction: {
    type: "choice",
    of: predictions as typeof predictions,
    otherwise: "the model is a field: it gives dz/ds",
    placeholder: "kind",
    group: "Networks that predict noise, data or velocity:",
    help: "what the model predicts of x = α x₀ + σ ε: velocity, epsilon, x0, or v = α ε − σ x₀; s then runs from noise at 0 to data at 1",
  },
  schedule: {
    type: "text",
    known: scheduleNames as typeof scheduleNames,
    otherwise: "of velocity: rectified-flow",
    placeholder: "name|file",
    group: "Networks that predict noise, data or velocity:",
    help: "α and σ by the model's time: {choices}, or a scheduler_config.json of diffusers",
  },
  spacing: {
    type: "choice",
    of: spacings as typeof spacings,
    otherwise: "time",
    placeholder: "what",
    group: "Networks that predict noise, data or velocity:",
    help: "what s runs evenly through: the model's time, log α/σ, or σ/α",
  },
  variables: {
    type: "choice",
    of: variables as typeof variables,
    otherwise: "state",
    placeholder: "which",
    group: "Networks that predict noise, data or velocity:",
    help: "what is solved for: the state x, or scaled, x/α",
  },
  guidance: {
    type: "number",
    placeholder: "scale",
    group: "Networks that predict noise, data or velocity:",
    help: "classifier-free guidance, F_null + SCALE (F − F_null): two evaluations of the model for every one of f",
  },
  guidanceNull: {
    type: "map",
    expected: "controls with numbers or files, such as label=10 or text=empty.npy",
    placeholder: "name=value",
    group: "Networks that predict noise, data or velocity:",
    help: "what the model's conditions are in F_null: a number, label=10, or a file of one sample's value, text=empty.npy or text=FILE.safetensors:KEY",
  },
} as const;

export type DenoiserSpec = Spec<typeof denoiserTable>;
