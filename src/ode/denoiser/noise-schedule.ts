import {
  add,
  div,
  exp,
  log,
  mul,
  type Node,
  reciprocal,
  sigmoid,
  softplus,
  sqrt,
  sub,
  tanh,
} from "../../graph/index.js";
import type { PathPoint } from "./noise-path.js";
import { type Curve, fewestOf, splineCurve, splineFunction } from "./spline.js";

/** How much of a state is data and how much is noise, by the time that a network was trained with. */
export type NoiseSchedule =
  /** x = α x₀ + σ ε with α² + σ² = 1 at whole times: `decay` is −log α² at each, the least noise first. */
  | { readonly kind: "discrete"; readonly decay: readonly number[] }
  /**
   * x = t x₀ + (1 − t) ε. The network's time is the share of data, t, or the share of noise, 1 − t, as `timeShare` says,
   * times `timeScale`. A `shift` above 1 spends more of s where there is noise (Esser et al., 2024, section 5.3.2).
   */
  | {
      readonly kind: "rectified";
      readonly timeShare: "data" | "noise";
      readonly shift: number;
      readonly timeScale: number;
    }
  /** x = x₀ + σ ε; the network's time is σ. */
  | { readonly kind: "exploding"; readonly low: number; readonly high: number };

/**
 * What s runs evenly through: the time of training (of `exploding`: σ^(1/7), Karras et al., 2022, eq. 5), the logarithm of α/σ,
 * or σ/α.
 */
export type Spacing = "time" | "log-snr" | "sigma";

/** Where the network is asked, and what states are made of there. */
export interface SchedulePoint extends PathPoint<Node> {
  /** The network's time, [n, 1]. */
  readonly time: Node;
}

/** Where a schedule would divide by zero: at its noise end, or at its data end. */
export interface Ends {
  readonly withoutNoiseEnd: boolean;
  readonly withoutDataEnd: boolean;
}

/** A share of data or noise that is as good as none, where none would be a division by zero. */
const NEARLY = 1e-3;

/**
 * α, σ, their derivatives and the network's time, as a graph over a column s [n, 1] that runs from noise at 0 to data at 1.
 * @param ends of a rectified flow that are left out.
 */
export function schedulePath(
  schedule: NoiseSchedule,
  spacing: Spacing,
  ends: Ends,
): (s: Node) => SchedulePoint {
  switch (schedule.kind) {
    case "discrete":
      return discretePath(schedule.decay, spacing);
    case "rectified":
      return rectifiedPath(schedule, spacing, ends);
    case "exploding":
      return explodingPath(schedule, spacing);
  }
}

/** −log α² of the usual schedules of T steps, by their name in diffusers. */
export function decayOf(betas: readonly number[]): readonly number[] {
  let total = 0;
  return betas.map((beta) => (total -= Math.log1p(-beta)));
}

/** β of T steps, evenly. Source: J. Ho et al., Denoising Diffusion Probabilistic Models, 2020. */
export const linearBetas = (steps: number, from: number, to: number): readonly number[] =>
  Array.from({ length: steps }, (_, i) => from + ((to - from) * i) / (steps - 1));

/** √β evenly, as in Stable Diffusion. */
export const scaledLinearBetas = (steps: number, from: number, to: number): readonly number[] =>
  linearBetas(steps, Math.sqrt(from), Math.sqrt(to)).map((root) => root * root);

/** α² a squared cosine, β at most 0.999. Source: A. Nichol, P. Dhariwal, Improved DDPM, 2021, eq. 17. */
export function cosineBetas(steps: number): readonly number[] {
  const level = (t: number): number => Math.cos(((t / steps + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
  return Array.from({ length: steps }, (_, i) => Math.min(0.999, 1 - level(i + 1) / level(i)));
}

const linear = (s: Node, from: number, to: number): Node => add(mul(s, to - from), from);
/** A constant beside s. */
const same = (s: Node, value: number): Node => add(mul(s, 0), value);

/** log α/σ where −log α² is so much. */
const logSnr = (decay: number): number => -0.5 * Math.log(Math.expm1(decay));

function discretePath(decay: readonly number[], spacing: Spacing): (s: Node) => SchedulePoint {
  const latest = decay.length - 1;
  const [low, high] = [decay[0] as number, decay[latest] as number];
  const backwards = [...decay].reverse();
  if (spacing === "time") {
    const level = splineCurve(fewestOf(backwards, 1e-9));
    return (s) => ({ ...preserving(level(s)), time: linear(s, latest, 0) });
  }
  const [from, to] = [logSnr(high), logSnr(low)];
  const isLog = spacing === "log-snr";
  const [first, last] = isLog ? [from, to] : [Math.exp(-from), Math.exp(-to)];
  const placeOf = inverseOf(backwards);
  const times = Array.from({ length: SAMPLES + 1 }, (_, i) => {
    const place = first + ((last - first) * i) / SAMPLES;
    return latest * (1 - placeOf(Math.log1p(isLog ? Math.exp(-2 * place) : place * place)));
  });
  const time = splineCurve(fewestOf(times, 1e-6));
  return (s) => {
    const place = linear(s, first, last);
    const twice = isLog ? mul(place, -2) : mul(log(place), 2);
    const value = softplus(twice);
    // d softplus(2 log ρ) = 2 ρ dρ / (1 + ρ²); d softplus(−2 λ) = −2 dλ σ².
    const slope = isLog
      ? mul(sigmoid(twice), -2 * (last - first))
      : div(mul(place, 2 * (last - first)), add(mul(place, place), 1));
    return { ...preserving({ value, slope }), time: time(s).value };
  };
}

/** Pieces of the curve from s to the network's time. */
const SAMPLES = 1024;

/** α = e^(−L/2) and σ = √(1 − e^(−L)), which tanh keeps accurate where L is small. */
function preserving({ value, slope }: Curve): PathPoint<Node> {
  const alpha = exp(mul(value, -0.5));
  const half = tanh(mul(value, 0.5));
  const sigma = sqrt(div(mul(half, 2), add(half, 1)));
  return {
    alpha,
    sigma,
    dAlpha: mul(mul(alpha, slope), -0.5),
    dSigma: div(mul(mul(mul(alpha, alpha), slope), 0.5), sigma),
  };
}

function rectifiedPath(
  { timeShare, shift, timeScale }: NoiseSchedule & { readonly kind: "rectified" },
  spacing: Spacing,
  { withoutNoiseEnd, withoutDataEnd }: Ends,
): (s: Node) => SchedulePoint {
  const cut = spacing !== "time";
  const from = withoutNoiseEnd || cut ? NEARLY : 0;
  const to = withoutDataEnd || spacing === "log-snr" ? 1 - NEARLY : 1;
  const shares = shareOfData(spacing, from, to, shift);
  return (s) => {
    const { value: alpha, slope } = shares(s);
    const sigma = sub(1, alpha);
    const time = timeShare === "data" ? alpha : sigma;
    const own = timeScale === 1 ? time : mul(time, timeScale);
    return { alpha, sigma, dAlpha: slope, dSigma: mul(slope, -1), time: own };
  };
}

/** Share of data of a rectified flow over s. */
function shareOfData(spacing: Spacing, from: number, to: number, shift: number): (s: Node) => Curve {
  if (spacing === "time")
    return (s) => {
      const plain = linear(s, from, to);
      if (shift === 1) return { value: plain, slope: same(s, to - from) };
      // Of the share of noise n: k n / (1 + (k − 1) n).
      const below = add(mul(sub(1, plain), shift - 1), 1);
      return { value: div(plain, below), slope: div(same(s, shift * (to - from)), mul(below, below)) };
    };
  if (spacing === "log-snr") {
    const [first, last] = [Math.log(from / (1 - from)), Math.log(to / (1 - to))];
    return (s) => {
      const value = sigmoid(linear(s, first, last));
      return { value, slope: mul(mul(value, sub(1, value)), last - first) };
    };
  }
  const [first, last] = [(1 - from) / from, (1 - to) / to];
  return (s) => {
    const value = reciprocal(add(linear(s, first, last), 1));
    return { value, slope: mul(mul(value, value), first - last) };
  };
}

/** Karras et al., 2022, eq. 5. */
const KARRAS = 7;

function explodingPath(
  { low, high }: NoiseSchedule & { readonly kind: "exploding" },
  spacing: Spacing,
): (s: Node) => SchedulePoint {
  const levels = (s: Node): Curve => {
    if (spacing === "sigma") return { value: linear(s, high, low), slope: same(s, low - high) };
    if (spacing === "log-snr") {
      const value = exp(linear(s, Math.log(high), Math.log(low)));
      return { value, slope: mul(value, Math.log(low / high)) };
    }
    const [first, last] = [high ** (1 / KARRAS), low ** (1 / KARRAS)];
    const root = linear(s, first, last);
    const square = mul(root, root);
    const sixth = mul(mul(square, square), square);
    return { value: mul(sixth, root), slope: mul(sixth, KARRAS * (last - first)) };
  };
  return (s) => {
    const { value: sigma, slope: dSigma } = levels(s);
    return { alpha: same(s, 1), sigma, dAlpha: same(s, 0), dSigma, time: sigma };
  };
}

/** Where in [0, 1] the spline through falling numbers takes a value: found between the two numbers around it. */
function inverseOf(falling: readonly number[]): (value: number) => number {
  const curve = splineFunction(falling);
  const pieces = falling.length - 1;
  return (value) => {
    const after = falling.findIndex((other) => other <= value);
    if (after === 0) return 0;
    if (after < 0) return 1;
    let [low, high] = [(after - 1) / pieces, after / pieces];
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2;
      if (curve(middle) > value) low = middle;
      else high = middle;
    }
    return high;
  };
}
