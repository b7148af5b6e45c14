import { extent } from "./numbers.js";

/** The horizontal axis of a training figure. */
export interface IterationAxis {
  readonly field: "iteration";
  readonly type: "quantitative";
  readonly title: "iteration" | null;
  readonly scale: { domain: [number, number]; nice: false; zero: false };
  readonly axis: { grid: false; labelExpr: string; tickCount: number; labels: boolean };
}

const labelExpr = "datum.value === 0 ? '0' : format(datum.value, '~s')";

/** The horizontal axis from the first iteration to the last. @param labelled false above another panel. */
export function iterationAxis(ends: readonly number[], labelled: boolean): IterationAxis {
  const [first, last] = extent(ends) ?? [0, 1];
  const domain: [number, number] = [first <= last / 20 ? 0 : first, last > first ? last : first + 1];
  return {
    field: "iteration",
    type: "quantitative",
    title: labelled ? "iteration" : null,
    scale: { domain, nice: false, zero: false },
    axis: { grid: false, labelExpr, tickCount: 6, labels: labelled },
  };
}
