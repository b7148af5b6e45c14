import { describe, expect, it } from "vitest";
import { namedSchedule, parseSchedulerConfig } from "../../../../src/ode/index.js";

const parsed = (config: object) => parseSchedulerConfig(JSON.stringify(config), "scheduler_config.json");
const refused = (config: object): string => {
  try {
    parsed(config);
  } catch (error) {
    return String(error);
  }
  return "accepted";
};

const decays = ({ schedule }: ReturnType<typeof parsed>): readonly number[] => {
  if (schedule.kind !== "discrete") throw new TypeError(schedule.kind);
  return schedule.decay;
};

describe("scheduler_config.json of diffusers", () => {
  it("says betas and what is predicted", () => {
    const found = parsed({
      _class_name: "DDIMScheduler",
      beta_start: 0.00085,
      beta_end: 0.012,
      beta_schedule: "scaled_linear",
      num_train_timesteps: 1000,
      prediction_type: "v_prediction",
      clip_sample: false,
    });
    expect(found.prediction).toBe("v");
    // alphas_cumprod of Stable Diffusion: 0.9991 first, 0.00466 last.
    expect(Math.exp(-(decays(found)[0] as number))).toBeCloseTo(0.99915, 6);
    expect(Math.exp(-(decays(found).at(-1) as number))).toBeCloseTo(0.00466, 5);
    expect(found.schedule).toEqual(namedSchedule("scaled-linear"));
  });

  it("has the defaults of DDPM", () => {
    // alphas_cumprod[999] of DDPMScheduler().
    expect(Math.exp(-(decays(parsed({})).at(-1) as number)) * 1e5).toBeCloseTo(4.0358, 3);
    expect(parsed({}).prediction).toBeUndefined();
  });

  it("keeps the last beta of a cosine below one, and takes betas as they are", () => {
    const cosine = decays(parsed({ beta_schedule: "squaredcos_cap_v2" }));
    expect(Math.exp(-(cosine[0] as number))).toBeCloseTo(0.99996, 5);
    expect((cosine.at(-1) as number) - (cosine.at(-2) as number)).toBeCloseTo(-Math.log(0.001), 9);
    const betas = Array.from({ length: 8 }, (_, i) => 0.1 + 0.05 * i);
    expect(decays(parsed({ trained_betas: betas }))[1]).toBeCloseTo(-Math.log(0.9 * 0.85), 12);
  });

  it("knows flow matching, whose time is the share of noise times 1000", () => {
    const found = parsed({ _class_name: "FlowMatchEulerDiscreteScheduler", shift: 3 });
    expect(found).toEqual({
      schedule: { kind: "rectified", timeShare: "noise", shift: 3, timeScale: 1000 },
      prediction: "velocity",
    });
  });

  it("refuses what it cannot follow, by name", () => {
    expect(refused({ rescale_betas_zero_snr: true })).toMatch(/rescale_betas_zero_snr/);
    expect(refused({ beta_schedule: "sigmoid" })).toMatch(/beta_schedule[\s\S]*received: sigmoid/);
    expect(refused({ prediction_type: "score" })).toMatch(/prediction_type/);
    expect(refused({ _class_name: "EDMEulerScheduler" })).toMatch(/preconditioned/);
    expect(refused({ beta_start: "0.1" })).toMatch(/beta_start/);
    expect(() => parseSchedulerConfig("{", "x.json")).toThrow(/scheduler/);
  });
});
