import {
  density,
  densityGrid,
  errorHistogram,
  type Figure,
  heatMap,
  imageGrid,
  paretoFronts,
  seriesCurve,
  speedUpBars,
  trainingCurve,
  trajectories,
  vectorField,
} from "../../../src/plot/index.js";
import { paretoFront } from "../../../src/plot/internal.js";
import { errors, gaussian, spirals } from "./clouds.js";

const range = { x: [-3, 3], y: [-3, 3] } as const;

const series = (["Euler", "Heun", "HyperHeun"] as const).map((label, i) => ({
  label,
  role: (["other", "base", "hypersolver"] as const)[i] ?? "other",
  points: [1, 2, 4, 8].map((K) => ({
    label: `K = ${K}`,
    nfe: K * (i + 1),
    macs: K * (i + 1) * 8000,
    milliseconds: K * (0.2 + i / 10),
    error: K ** -(i + 1),
  })),
}));

/** Planar trajectories of 3 steps of a reference and a method. */
const planar = [
  { label: "dopri5", role: "reference", ...spirals(12, 3, 1) },
  { label: "Euler", role: "base", ...spirals(4, 3, 1.3) },
] as const;

/** 4 × 4 arrows of a rotation. */
const rotation = Array.from({ length: 16 }, (_, i) => {
  const [x, y] = [(i % 4) - 1.5, Math.floor(i / 4) - 1.5];
  return { x, y, u: -y, v: x };
});

const picture = (scale: number): number[] => Array.from({ length: 12 }, (_, i) => (scale * i) / 11);

/**
 * One figure of each kind, by the name of its golden file: small data, every part that a kind can show. The first
 * word of a name is the function of `plot` that draws it.
 */
export const goldenFigures: Readonly<Record<string, Figure>> = {
  density: density(
    [
      { label: "dopri5", points: gaussian(1, 300) },
      { label: "Heun", points: gaussian(2, 300, 1, 0.5, 0.5) },
    ],
    { range, bins: 12, panelSize: 144 },
  ),
  densityGrid: densityGrid(
    ["rings", "moons"].map((label, i) => ({
      label,
      range,
      clouds: [
        { label: "data", points: gaussian(3 + i, 300) },
        { label: "HyperHeun", points: gaussian(5 + i, 300, 1), note: "4 NFE" },
      ],
    })),
    { bins: 12, panelSize: 96 },
  ),
  errorHistogram: errorHistogram(
    [
      { label: "Heun", role: "base", errors: errors(1, 200, -1) },
      { label: "HyperHeun", role: "hypersolver", errors: [...errors(2, 200, -3), 0] },
    ],
    { bins: 16 },
  ),
  heatMap: heatMap(
    [
      { label: "f", x: [0, 2], y: [0, 1], columns: 4, rows: 3, values: picture(1), points: [0.5, 0.25] },
      { label: "g", x: [0, 2], y: [0, 1], columns: 4, rows: 3, values: [...picture(2).slice(1), Number.NaN] },
    ],
    { valueLabel: "log density", domain: [0, 2] },
  ),
  imageGrid: imageGrid(
    [
      { label: "Euler", images: [{ values: picture(9) }, { values: picture(3), note: "0.5" }] },
      { label: "HyperEuler", images: [{ values: picture(0) }, { values: picture(6) }] },
    ],
    { height: 3, width: 4, headings: ["k = 0", "k = 1"], valueLabel: "|error|" },
  ),
  paretoFront: paretoFront(series, { cost: "nfe", labels: "all" }),
  paretoFronts: paretoFronts(series),
  seriesCurve: seriesCurve(
    [
      { label: "rings", values: Array.from({ length: 40 }, (_, i) => 3 - Math.sqrt(i)) },
      { label: "moons", values: Array.from({ length: 40 }, (_, i) => 2 - i / 20) },
    ],
    { valueLabel: "nats", resolution: 10, level: { value: -2, label: "entropy" } },
  ),
  speedUpBars: speedUpBars([
    { label: "dopri5", role: "reference", milliseconds: 14_672, bytes: 5e9 },
    { label: "Heun", role: "base", milliseconds: 250, bytes: 2.5e8 },
    { label: "HyperHeun", role: "hypersolver", milliseconds: 131, bytes: 2.5e8 },
  ]),
  trainingCurve: trainingCurve([{ label: "loss", losses: errors(3, 200, -1) }], {
    noiseFloor: 0.02,
    learningRate: { losses: Array.from({ length: 200 }, (_, i) => 0.01 * 0.99 ** i) },
    resolution: 20,
  }),
  trajectories: trajectories(planar),
  "trajectories overlaid": trajectories(planar, { layout: "overlay" }),
  "trajectories by component": trajectories([
    {
      label: "Heun",
      states: Float64Array.from({ length: 4 * 2 * 3 }, (_, i) => i % 7),
      shape: [4, 2, 3],
      times: [0, 0.2, 0.5, 1],
    },
  ]),
  vectorField: vectorField(
    [
      { label: "s = 0", arrows: rotation },
      { label: "s = 1", arrows: rotation.map(({ x, y }) => ({ x, y, u: x, v: 0 })), trajectories: planar[0] },
    ],
    { panelSize: 180 },
  ),
};
