import { type Tensor, toFloat64 } from "../../tensor/index.js";
import type { ValidityCard } from "./card.js";

/** In units of the learned deviation. By Chebyshev no distribution has more than 1/16 of its values beyond. */
const FAR = 4;

/** Normal states have 0.006 % beyond `FAR`, Student's t with 3 degrees of freedom 0.6 %. */
const FAR_SHARE = 0.01;

/**
 * What a correction's card says against the initial states of a use, in one sentence or none: more than 1 % of their
 * values are more than 4 deviations from the mean of the states that it learned, column by column (channels of images).
 * @param z0 [n, channels, …], at the end of the span that the card's states belong to, its start.
 */
export function stateWarnings({ states }: ValidityCard, z0: Tensor): string[] {
  const { source, mean, deviation } = states;
  const [count = 0, channels = 1] = z0.shape;
  // Cards of other makers may lack them.
  if (mean.length !== channels || deviation.length !== channels || count === 0) return [];
  const area = z0.data.length / (count * channels);
  const isFar = (value: number, i: number): boolean => {
    const channel = Math.floor(i / area) % channels;
    const center = mean[channel] ?? 0;
    const rounding = 1e-6 * Math.max(1, Math.abs(center));
    return Math.abs(value - center) > FAR * Math.max(deviation[channel] ?? 0, rounding);
  };
  const farRows = new Set<number>();
  let farValues = 0;
  toFloat64(z0).forEach((value, i) => {
    if (!isFar(value, i)) return;
    farValues++;
    farRows.add(Math.floor(i / (channels * area)));
  });
  if (farValues <= FAR_SHARE * z0.data.length) return [];
  return [
    `${farRows.size} of ${count} initial states are more than ${FAR} deviations from those that this correction learned ` +
      `(${source}): there it knows nothing, and may be worse than its base`,
  ];
}
