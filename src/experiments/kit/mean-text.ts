import type { Mean } from "../../metrics/index.js";
import { formatNumber } from "../../plot/internal.js";

/** `0.123 ± 0.004`: a number with its standard error, where it has one. */
export const withError = (text: string, error: number | undefined): string =>
  error === undefined ? text : `${text} ± ${formatNumber(error)}`;

/** A mean with its standard error. */
export const meanText = ({ mean, standardError }: Mean): string =>
  withError(formatNumber(mean), standardError);
