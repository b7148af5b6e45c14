/** A leaf over values: how far two sets of samples are apart, how far values are from a reference, and what repeated measurements say. */

export { frechetDistance } from "./frechet-distance.js";
export { type DiscrepancyOptions, maximumMeanDiscrepancy } from "./maximum-mean-discrepancy.js";
export { compareMeans, type Mean, type MeanDifference, meanAndStandardError } from "./means.js";
export { type MedianDistanceOptions, medianDistance } from "./median-distance.js";
export { type PercentageErrors, percentageErrors } from "./percentage-error.js";
export { type PowerLaw, powerLaw } from "./power-law.js";
export { type SlicedWassersteinOptions, slicedWasserstein } from "./sliced-wasserstein.js";
