import { z } from "zod/mini";
import { fail } from "../../tensor/index.js";
import { parseFacts } from "../../tensor/internal.js";
import type { Prediction } from "./denoiser-field.js";
import type { scheduleNames } from "./denoiser-names.js";
import {
  cosineBetas,
  decayOf,
  linearBetas,
  type NoiseSchedule,
  scaledLinearBetas,
} from "./noise-schedule.js";

/** What a scheduler's file says of its network. */
export interface DescribedSchedule {
  readonly schedule: NoiseSchedule;
  /** Absent where it does not say. */
  readonly prediction?: Prediction | undefined;
}

/** Default steps of training: those of all usual diffusion networks. */
const STEPS = 1000;
/** Enough for any scheduler, and far from what fills memory. */
const MOST_STEPS = 100_000;

const unit = z.number().check(z.gt(0), z.lt(1));
const schema = z.object({
  _class_name: z.optional(z.string()),
  num_train_timesteps: z._default(z.int().check(z.gte(8), z.lte(MOST_STEPS)), STEPS),
  beta_start: z._default(unit, 0.0001),
  beta_end: z._default(unit, 0.02),
  beta_schedule: z._default(z.string(), "linear"),
  trained_betas: z.nullish(z.array(unit).check(z.minLength(8), z.maxLength(MOST_STEPS))),
  prediction_type: z.optional(z.string()),
  rescale_betas_zero_snr: z._default(z.boolean(), false),
  shift: z._default(z.number().check(z.positive()), 1),
  use_dynamic_shifting: z._default(z.boolean(), false),
  use_flow_sigmas: z._default(z.boolean(), false),
});

/** Names of predictions in diffusers. */
const predictionsOfFiles: Readonly<Record<string, Prediction>> = {
  epsilon: "epsilon",
  sample: "x0",
  v_prediction: "v",
  flow_prediction: "velocity",
};

/**
 * Reads a `scheduler_config.json` of diffusers: betas, or the straight path of flow matching.
 * @throws MALFORMED_FILE for another file; UNSUPPORTED_FIELD for schedules that have no closed way here.
 */
export function parseSchedulerConfig(text: string, what: string): DescribedSchedule {
  const config = parseFacts(schema, text, {
    what,
    expected: "a scheduler's settings, as scheduler_config.json of diffusers",
    help: "give the file beside the network, or --schedule linear, scaled-linear, cosine, rectified-flow or edm",
  });
  const { _class_name: name = "", prediction_type: said } = config;
  const prediction = said === undefined ? undefined : predictionsOfFiles[said];
  if (said !== undefined && prediction === undefined)
    throw unsupported(what, "prediction_type", Object.keys(predictionsOfFiles).join(", "), said);
  if (/^EDM/.test(name)) throw unsupported(what, "_class_name", "a network that is not preconditioned", name);
  if (name.startsWith("FlowMatch") || config.use_flow_sigmas || prediction === "velocity") {
    if (config.use_dynamic_shifting)
      throw unsupported(
        what,
        "use_dynamic_shifting",
        "false: a shift that depends on the image is no schedule",
        "true",
      );
    const { shift, num_train_timesteps: timeScale } = config;
    return {
      schedule: { kind: "rectified", timeShare: "noise", shift, timeScale },
      prediction: prediction ?? "velocity",
    };
  }
  if (config.rescale_betas_zero_snr)
    throw unsupported(
      what,
      "rescale_betas_zero_snr",
      "false: a way that starts without any data is not divided by α",
      "true",
    );
  return { schedule: { kind: "discrete", decay: decayOf(betasOf(config, what)) }, prediction };
}

/** A schedule by its name; undefined for another name. */
export function namedSchedule(name: (typeof scheduleNames)[number]): NoiseSchedule;
export function namedSchedule(name: string): NoiseSchedule | undefined;
export function namedSchedule(name: string): NoiseSchedule | undefined {
  const discrete = (betas: readonly number[]): NoiseSchedule => ({ kind: "discrete", decay: decayOf(betas) });
  switch (name) {
    case "rectified-flow":
      return { kind: "rectified", timeShare: "data", shift: 1, timeScale: 1 };
    case "rectified-flow-sigma":
      return { kind: "rectified", timeShare: "noise", shift: 1, timeScale: 1 };
    case "linear":
      return discrete(linearBetas(STEPS, 0.0001, 0.02));
    case "scaled-linear":
      return discrete(scaledLinearBetas(STEPS, 0.00085, 0.012));
    case "cosine":
      return discrete(cosineBetas(STEPS));
    case "edm":
      return { kind: "exploding", low: 0.002, high: 80 };
    default:
      return undefined;
  }
}

function betasOf(config: z.output<typeof schema>, what: string): readonly number[] {
  const { beta_schedule: kind, beta_start: from, beta_end: to, num_train_timesteps: steps } = config;
  if (config.trained_betas) return config.trained_betas;
  if (kind === "linear") return linearBetas(steps, from, to);
  if (kind === "scaled_linear") return scaledLinearBetas(steps, from, to);
  if (kind === "squaredcos_cap_v2") return cosineBetas(steps);
  throw unsupported(
    what,
    "beta_schedule",
    "linear, scaled_linear, squaredcos_cap_v2, or trained_betas",
    kind,
  );
}

const unsupported = (what: string, member: string, expected: string, received: string): Error =>
  fail("UNSUPPORTED_FIELD", { what: `${what}: ${member}`, expected, received });
