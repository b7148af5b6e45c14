import { extent } from "./numbers.js";

/** The horizontal axis of a training figure, or of whatever else values are ordered by. */
export interface IterationAxis {
  readonly field: "iteration";
  readonly type: "quantitative";
  readonly title: string | null;
  readonly scale: { domain: [number, number]; nice: false; zero: false };
  readonly axis: { grid: false; labelExpr: string; tickCount: number; labels: boolean };
}

const labelExpr = "datum.value === 0 ? '0' : datum.value < 1 ? datum.label : format(datum.value, '~s')";

/** The horizontal axis from the first iteration to the last. @param title null above another panel. */
export function iterationAxis(ends: readonly number[], title: string | null = "iteration"): IterationAxis {
  const [first, last] = extent(ends) ?? [0, 1];
  const domain: [number, number] = [first <= last / 20 ? 0 : first, last > first ? last : first + 1];
  return {
    field: "iteration",
    type: "quantitative",
    title,
    scale: { domain, nice: false, zero: false },
    axis: { grid: false, labelExpr, tickCount: 6, labels: title !== null },
  };
}
