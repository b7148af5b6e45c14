import { type Figure, heatMap } from "../../plot/index.js";
import type { ResultRow } from "../kit/result-row.js";
import { LEARNED_WINDOW, type StabilityRegion, WINDOW } from "./stability.js";

/** A step that enlarges a state by no more than rounding is stable. */
const LARGEST = 1 + 1e-6;

const labelOf = ({ base, delta }: StabilityRegion): string => {
  if (delta === undefined) return base;
  return delta === "learned" ? `Hyper${base}, learned g` : `${base}, g off by ${delta}`;
};

/** Regions of stability over ε λ: a color where a step does not enlarge a state, gray where it does. */
export function stabilityFigures(regions: readonly StabilityRegion[]): Figure[] {
  if (regions.length === 0) return [];
  const grids = regions.map((region) => ({
    label: labelOf(region),
    ...{ x: WINDOW.x, y: WINDOW.y, columns: region.cells, rows: region.cells },
    values: region.growth.map((growth) => (growth <= LARGEST ? growth : Number.NaN)),
    points: region.delta === "learned" ? outline() : [],
  }));
  return [
    heatMap(grids, {
      name: "stability",
      title: "Where a step of dz/ds = λ z does not grow, over ε λ",
      valueLabel: "|z₁|/|z₀|",
      domain: [0, 1],
      panelSize: 200,
      columns: 3,
      caption:
        "The worst of all directions. Gray: states grow. Points: the ε λ that the learned g was fitted to.",
    }),
  ];
}

/** The border of what the learned g saw, as points. */
function outline(): number[] {
  const { x, y } = LEARNED_WINDOW;
  const along = ([low, high]: readonly [number, number], i: number): number => low + (i / 20) * (high - low);
  return Array.from({ length: 21 }, (_, i) => [
    ...[along(x, i), y[0], along(x, i), y[1]],
    ...[x[0], along(y, i), x[1], along(y, i)],
  ]).flat();
}

/** How far the real axis is stable, and how much of the left half of the picture. */
export const stabilityRows = (regions: readonly StabilityRegion[]): ResultRow[] =>
  regions.map(({ base, delta, growth, cells, interval }) => {
    const isLeft = (i: number): boolean =>
      WINDOW.x[0] + ((i % cells) + 0.5) * ((WINDOW.x[1] - WINDOW.x[0]) / cells) < 0;
    const left = growth.filter((_, i) => isLeft(i));
    const stable = left.filter((value) => value <= LARGEST).length / left.length;
    return {
      key: { "base of the step": base, "error of g": delta ?? "no g" },
      outcome: { "real axis stable to −": interval, "share of the left half": stable },
    };
  });
