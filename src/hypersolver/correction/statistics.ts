import { type Tensor, toFloat64 } from "../../tensor/index.js";

/** Center and spread of every channel (axis 1) of one input, from the training data: columns of vectors. */
export interface ColumnStatistics {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/**
 * Means up to so many deviations from zero may move into a bias that acts on raw inputs: the difference of two numbers of
 * that size still has its digits.
 */
export const FARTHEST_MEAN = 100;

/**
 * Statistics by axis 1, over the batch and all axes behind, of tensors [rows, channels, …] that belong together: columns
 * of a table, channels of images. A channel that varies by less than its own rounding carries nothing: deviation 0.
 */
export function columnStatistics(...values: readonly Tensor[]): ColumnStatistics {
  const channels = values[0]?.shape[1] ?? 1;
  const count = values.reduce((total, { data }) => total + data.length, 0) / Math.max(1, channels);
  const mean = new Float64Array(channels);
  const square = new Float64Array(channels);
  for (const { data, shape } of values) {
    const area = shape.slice(2).reduce((product, size) => product * size, 1);
    for (let i = 0; i < data.length; i++) {
      const x = Number(data[i]);
      const channel = area === 1 ? i % channels : Math.floor(i / area) % channels;
      mean[channel] = (mean[channel] ?? 0) + x / count;
      square[channel] = (square[channel] ?? 0) + (x * x) / count;
    }
  }
  const deviation = square.map((value2, channel) => {
    const center = mean[channel] ?? 0;
    const variance = value2 - center * center;
    return variance > 1e-10 * Math.max(value2, 1e-30) ? Math.sqrt(variance) : 0;
  });
  return { mean, deviation };
}

/** Root mean square of every channel, one where it is zero: what a network's output is scaled by. */
export const rootMeanSquare = ({ mean, deviation }: ColumnStatistics): Float64Array =>
  mean.map((center, i) => Math.hypot(center, deviation[i] ?? 0) || 1);

/** Mean size of every channel, one where it is zero: few rows that are far off hardly count. */
export function usualSize(value: Tensor): Float64Array {
  const channels = value.shape[1] ?? 0;
  const area = value.shape.slice(2).reduce((product, size) => product * size, 1);
  const each = value.data.length / Math.max(1, channels);
  const sum = new Float64Array(channels);
  toFloat64(value).forEach((x, i) => {
    const channel = Math.floor(i / area) % channels;
    sum[channel] = (sum[channel] ?? 0) + Math.abs(x) / each;
  });
  return sum.map((size) => size || 1);
}

/** Means and deviations as plain numbers, for cards. */
export function channelMoments(given: Tensor): { mean: number[]; deviation: number[] } {
  const value = given.shape.length === 1 ? { ...given, shape: [...given.shape, 1] } : given;
  const { mean } = columnStatistics(value);
  const channels = mean.length;
  const area = value.shape.slice(2).reduce((product, size) => product * size, 1);
  const count = value.data.length / Math.max(1, channels);
  const square = new Float64Array(channels);
  toFloat64(value).forEach((x, i) => {
    const channel = Math.floor(i / area) % channels;
    square[channel] = (square[channel] ?? 0) + (x - (mean[channel] ?? 0)) ** 2 / count;
  });
  return { mean: [...mean], deviation: [...square].map(Math.sqrt) };
}
