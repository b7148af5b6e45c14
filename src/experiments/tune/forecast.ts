import { sizeOf } from "../../tensor/index.js";
import type { Arm, ArmState } from "./arm.js";
import type { TrialRecord } from "./trial.js";

/** What forecasts are made from. */
export interface Experience {
  /** All that were tried. */
  readonly records: readonly TrialRecord[];
  readonly states: readonly ArmState[];
  /** Shape of one state. */
  readonly state: readonly number[];
}

/** The predicted error of an arm's shortest fit. */
export interface Forecast {
  readonly error: number;
  /** How sharply the forecast decides: the slope of a logistic curve over the logarithm of the error. */
  readonly sharpness: number;
}

type Asked = Pick<Arm, "family" | "nfe" | "worth"> & { readonly size?: Arm["size"] };

/** Of a forecast from other families alone, and from a fit of the family with as many evaluations. */
const SHARPNESS = { guess: 1.5, near: 4 };
/** How fast the weight of fits falls with the distance in evaluations: the kernel is 1 / (1 + (distance / REACH)²). */
const REACH = 1;
/** Weight of a fit with networks of another size. */
const OTHER_SIZE = 0.3;
/** Ridge penalty: keeps the slope of two fits near that of the prior. */
const RIDGE = 2;

/** Corrections alone end this many times farther than coefficients and corrections together. */
const WITHOUT_COEFFICIENTS = 2;

/**
 * Predicts the error of the shortest fit of an arm: a prior from other families at as many evaluations, times how far that
 * prior was off for the family's fits so far, by local linear regression over the evaluations.
 */
export function forecastOf(arm: Asked, experience: Experience): Forecast {
  const seen = experience.states.flatMap(({ arm: other, trials }) => {
    const error = other.family === arm.family ? trials[0]?.record.error.high : undefined;
    if (error === undefined) return [];
    const weight = other.size === arm.size ? 1 : OTHER_SIZE;
    const distance = evaluationsOf(other) - evaluationsOf(arm);
    return [{ weight, distance, off: Math.log(error / prior(other, experience)) }];
  });
  if (seen.length === 0) return { error: prior(arm, experience), sharpness: SHARPNESS.guess };
  const nearest = Math.min(...seen.map(({ distance }) => Math.abs(distance)));
  return {
    error: prior(arm, experience) * Math.exp(localLinear(seen)),
    sharpness: SHARPNESS.guess + (SHARPNESS.near - SHARPNESS.guess) / Math.max(1, nearest),
  };
}

/** The logarithm of how far the prior of a fit was off, and its weight. */
interface Seen {
  readonly weight: number;
  readonly distance: number;
  readonly off: number;
}

/** The value at distance 0, by ridge regression on a line with kernel weights. */
function localLinear(seen: readonly Seen[]): number {
  const weighted = seen.map((each) => ({
    ...each,
    weight: each.weight / (1 + (each.distance / REACH) ** 2),
  }));
  const sum = (of: (each: (typeof weighted)[number]) => number): number =>
    weighted.reduce((total, each) => total + of(each), 0);
  const weight = sum((each) => each.weight);
  const [distance, off] = [
    sum((each) => each.weight * each.distance) / weight,
    sum((each) => each.weight * each.off) / weight,
  ];
  const slope =
    sum((each) => each.weight * (each.distance - distance) * (each.off - off)) /
    (RIDGE * weight + sum((each) => each.weight * (each.distance - distance) ** 2));
  return off - slope * distance;
}

const evaluationsOf = ({ nfe, worth }: Asked): number => worth ?? nfe;

/** Before anything of the family was fitted. */
function prior(arm: Asked, experience: Experience): number {
  const evaluations = evaluationsOf(arm);
  if (arm.family === "coefficients")
    return coefficientShare(evaluations) * classicalError(evaluations, experience);
  const coefficients = forecastOf(
    { family: "coefficients", nfe: evaluations, size: "none" },
    experience,
  ).error;
  const share = networkShare(experience.state);
  return coefficients * (arm.family === "both" ? share : Math.min(1, WITHOUT_COEFFICIENTS * share));
}

/** What coefficients leave of the classical error at as many evaluations. */
const coefficientShare = (evaluations: number): number => 0.8 / Math.sqrt(evaluations);

/** What networks leave of the error of coefficients: the less the fewer columns a vector has; convolutions see all of an image. */
const networkShare = (state: readonly number[]): number =>
  state.length > 1 ? IMAGE_SHARE : Math.min(1, 0.06 * Math.sqrt(sizeOf(state) / 2));
const IMAGE_SHARE = 0.2;

/** The smallest of no more evaluations, else the one of fewest evaluations, in proportion. */
function classicalError(evaluations: number, { records }: Experience): number {
  const classical = records.filter(({ family }) => family === "classical");
  const below = classical.filter(({ nfe }) => nfe <= evaluations);
  if (below.length > 0) return Math.min(...below.map(({ error }) => error.value));
  const [first] = [...classical].sort((a, b) => a.nfe - b.nfe);
  return first === undefined ? Number.POSITIVE_INFINITY : (first.error.value * first.nfe) / evaluations;
}
