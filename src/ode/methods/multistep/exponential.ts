import { fail } from "../../../tensor/index.js";
import { type NoisePath, type PathPoint, straightPath } from "../../denoiser/noise-path.js";
import type { LinearMethod } from "../linear-method.js";
import type { MultistepMethod } from "./multistep.js";

/**
 * DPM-Solver++ of order 1 or 2, multistep, for fields that lead from noise to data, x = α x₀ + σ ε: exact where the data
 * prediction D stays the same along a step (order 1: DDIM) or changes linearly in λ = log α/σ (order 2), so that noise costs no
 * accuracy. One evaluation a step.
 *
 *     D_i = (σ f_i − σ′ x_i)/(α′ σ − α σ′)
 *     x_{i+1} = (σ_{i+1}/σ_i) x_i + (α_{i+1} − α_i σ_{i+1}/σ_i) [(1 + c) D_i − c D_{i−1}],   c = h_i/(2 h_{i−1}),
 *
 * h the steps in λ; c is 0 in the first step, and in steps from where there is no data or to where there is no noise, for h
 * is infinite there. α and σ are those of the field's path; a field without one is taken to follow the straight path of flow
 * matching, noise at s = 0 and data at s = 1.
 * Reference: C. Lu et al., DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models, 2022, algorithm 2
 * and eq. 8.
 */
function exponential(order: 1 | 2, path: NoisePath | undefined): LinearMethod {
  return {
    memory: order - 1,
    readsPlace: true,
    on: (field) => exponential(order, field.path),
    nfe: (steps) => steps,
    weights: (sizes, s = 0) => exponentialWeights(path ?? checkedStraight, sizes, s),
    step: (field, algebra, { s, dt, y, past, weights }) => {
      const [ofState = 1, ofSlope = 1, scale = 1, ...ofData] = weights;
      const f = field(s, y);
      const data = algebra.combine(algebra.scale(y, ofState), dt, [ofSlope], [f]);
      const known = [data, ...past];
      const y1 = algebra.combine(algebra.scale(y, scale), dt, ofData, known);
      return { y1, stages: [f], past: known.slice(0, order - 1) };
    },
  };
}

/** Of x and dt f in D; of x in the new state; of dt D_i, and of dt D_{i−1} where there is one. */
function exponentialWeights(path: NoisePath, sizes: readonly number[], s: number): number[] {
  const [dt = 1, before] = sizes;
  const [at, next] = [path(s), path(s + dt)];
  const determinant = at.dAlpha * at.sigma - at.alpha * at.dSigma;
  const scale = next.sigma / at.sigma;
  const gain = (next.alpha - at.alpha * scale) / dt;
  const own = [-at.dSigma / determinant, at.sigma / (determinant * dt), scale];
  if (before === undefined) return [...own, gain];
  const [h, last] = [logSnr(next) - logSnr(at), logSnr(at) - logSnr(path(s - before))];
  const c = Number.isFinite(h) && Number.isFinite(last) ? h / (2 * last) : 0;
  return [...own, gain * (1 + c), -gain * c];
}

const logSnr = ({ alpha, sigma }: PathPoint): number => Math.log(alpha / sigma);

const checkedStraight: NoisePath = (s) => {
  if (s >= -ROUNDING && s <= 1 + ROUNDING) return straightPath(Math.min(1, Math.max(0, s)));
  throw fail("INVALID_ARGUMENT", {
    what: "a method for ways from noise to data",
    expected: "a span inside [0, 1], with noise at 0 and data at 1, or a field with a schedule",
    received: `s = ${s}`,
    help: "say what the network predicts with --prediction and --schedule, or take ab2, which needs no schedule",
  });
};

const ROUNDING = 1e-9;

/** DDIM, `ddim`. */
export const ddim: MultistepMethod = {
  ...exponential(1, undefined),
  name: "ddim",
  title: "DDIM",
  order: 1,
  reference: "J. Song, C. Meng, S. Ermon, Denoising Diffusion Implicit Models, ICLR 2021, eq. 12",
};

/** DPM-Solver++(2M), `dpmpp2m`. */
export const dpmpp2m: MultistepMethod = {
  ...exponential(2, undefined),
  name: "dpmpp2m",
  title: "DPM-Solver++(2M)",
  order: 2,
  reference:
    "C. Lu et al., DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models, 2022",
};
