import { describe, expect, it } from "vitest";
import {
  density,
  densityGrid,
  errorHistogram,
  type Figure,
  heatMap,
  type ParetoSeries,
  paretoFronts,
  renderSvg,
  seriesCurve,
  speedUpBars,
  trainingCurve,
  trajectories,
  vectorField,
} from "../../../src/plot/index.js";
import { paretoFront } from "../../../src/plot/internal.js";
import { countMarks, errors, gaussian, spirals } from "./clouds.js";
import { decodeImages } from "./images.js";

const family = (label: string, role: ParetoSeries["role"], order: number): ParetoSeries => ({
  label,
  role: role ?? "other",
  points: [1, 2, 4, 8].map((K) => ({
    label: `K = ${K}`,
    nfe: K * order,
    macs: K * 8000,
    milliseconds: K * 0.2,
    error: K ** -order,
  })),
});
const series = [
  family("Euler", "other", 1),
  family("Heun", "base", 2),
  family("HyperHeun", "hypersolver", 3),
];

const figures: Record<string, () => Figure> = {
  density: () =>
    density([
      { label: "dopri5", points: gaussian(1, 2000) },
      { label: "Heun", points: gaussian(2, 2000, 0.3, 0.3) },
    ]),
  trajectories: () =>
    trajectories([
      { label: "dopri5", role: "reference", ...spirals(30, 5, 1) },
      { label: "Euler", role: "base", ...spirals(6, 5, 1.3) },
    ]),
  "error-histogram": () =>
    errorHistogram([
      { label: "Heun", role: "base", errors: errors(1, 500, -1) },
      { label: "HyperHeun", role: "hypersolver", errors: errors(2, 500, -3) },
    ]),
  pareto: () => paretoFronts(series),
  training: () => trainingCurve([{ label: "training", losses: errors(3, 1000, -1) }], { noiseFloor: 0.01 }),
  "density-grid": () =>
    densityGrid([{ label: "rings", clouds: [{ label: "data", points: gaussian(1, 500), note: "exact" }] }]),
  "heat-map": () =>
    heatMap([{ label: "f", x: [0, 2], y: [0, 1], columns: 2, rows: 1, values: [0, 1], points: [1, 0.5] }]),
  "vector-field": () => vectorField([{ label: "s = 0", arrows: [{ x: 0, y: 0, u: 1, v: 1 }] }]),
  "speed-up": () => speedUpBars([{ label: "dopri5", role: "reference", milliseconds: 10, bytes: 1e6 }]),
  series: () => seriesCurve([{ label: "NFE", values: [20, 26, 32] }], { level: { value: 2, label: "Heun" } }),
};

describe.each(Object.entries(figures))("%s", (name, make) => {
  it("is drawn the same each time, whatever was drawn in between", async () => {
    const first = await renderSvg(make());
    await renderSvg(paretoFront(series));
    expect(await renderSvg(make())).toBe(first);
  });

  it("has coordinates that are numbers, its title, and identifiers with its name", async () => {
    const svg = await renderSvg({ ...make() });
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg).toContain(`>${make().title}</text>`);
    expect(make().name).toBe(name);
    for (const [, id] of svg.matchAll(/ id="([^"]+)"/g)) expect(id).toMatch(new RegExp(`^${name}-\\d+$`));
  });
});

describe("density", () => {
  it("draws an image of a pixel a cell, lowest cells at the bottom, brighter where there are more points", async () => {
    const points = Float32Array.of(0.5, 0.5, 0.5, 0.5, 3.5, 0.5, 2.5, 3.5, 99, 99);
    const figure = density([{ label: "four", points }], { range: { x: [0, 4], y: [0, 4] }, bins: 4 });
    const [image] = decodeImages(await renderSvg(figure));
    const [empty, half, full] = [
      [0, 0, 4],
      [188, 56, 84],
      [252, 255, 164],
    ].map((color) => color.join());
    const row = (...cells: (string | undefined)[]): string[] => cells.map((cell) => cell ?? "");
    expect(image?.map((pixels) => pixels.map((pixel) => pixel.join()))).toEqual([
      row(empty, empty, half, empty),
      row(empty, empty, empty, empty),
      row(empty, empty, empty, empty),
      row(full, empty, empty, half),
    ]);
    expect(figure.caption).toContain("four: 20% outside the drawn region.");
  });

  it("keeps the aspect of the plane", async () => {
    const figure = density([{ label: "wide", points: gaussian(1, 100) }], {
      range: { x: [0, 8], y: [0, 4] },
      bins: 100,
      panelSize: 200,
    });
    expect(figure.spec).toMatchObject({ concat: [{ width: 200, height: 100 }] });
  });

  it("drops points that are not finite, and says so", () => {
    const points = Float32Array.of(0, 0, 1, 1, Number.NaN, 0, 2, Number.POSITIVE_INFINITY);
    expect(density([{ label: "broken", points }]).caption).toContain("broken: 50% not finite and dropped.");
  });

  it("refuses nothing, empty clouds, odd lengths and repeated labels", () => {
    const cloud = { label: "a", points: gaussian(1, 10) };
    expect(() => density([])).toThrow(/at least one series/);
    expect(() => density([{ label: "a", points: [] }])).toThrow(/at least one finite point/);
    expect(() => density([{ label: "a", points: [1, 2, 3] }])).toThrow(/shape \[n, 2\]/);
    expect(() => density([cloud, cloud])).toThrow(/two series named "a"/);
  });
});

describe("trajectories", () => {
  it("marks starts, steps and ends of every planar trajectory", async () => {
    const svg = await renderSvg(trajectories([{ label: "Euler", ...spirals(6, 5, 1) }]));
    expect(countMarks(svg, "mark-line")).toBe(5);
    expect(countMarks(svg, "mark-symbol")).toBe(5 * 6);
  });

  it("draws the first components of other states against s", async () => {
    const states = Float64Array.from({ length: 3 * 2 * 4 }, (_, i) => Math.sin(i));
    const figure = trajectories([{ label: "Heun", states, shape: [3, 2, 4], times: [1, 0.5, 0] }]);
    expect(figure.spec).toMatchObject({ vconcat: { length: 3 } });
    expect(countMarks(await renderSvg(figure), "mark-line")).toBe(3 * 2);
  });

  it("cuts a trajectory that blows up, and stays within pixels that can be drawn", async () => {
    const { states, shape } = spirals(6, 5, 1);
    states[2 * 5 * 2] = Number.NaN;
    states[4 * 5 * 2 + 2] = 1e30;
    const figure = trajectories([{ label: "Euler", states, shape }]);
    expect(figure.caption).toContain(
      "Euler: 1 of 5 trajectories cut at a state that is not finite. Euler: 1 of 5 trajectories leave the drawn region.",
    );
    expect(await renderSvg(figure)).not.toMatch(/NaN|[ML,]-?\d{5,}/);
  });

  it("refuses sizes that do not match and mixed dimensions", () => {
    const good = { label: "a", ...spirals(6, 5, 1) };
    expect(() => trajectories([{ ...good, shape: [6, 4, 2] }])).toThrow(/shape \[6, 4, 2\]/);
    expect(() => trajectories([good, { label: "b", states: [1, 2, 3], shape: [3, 1, 1] }])).toThrow(
      /dimension 2/,
    );
  });
});

describe("errorHistogram", () => {
  it("has shares that sum to one and names the medians", () => {
    const figure = errorHistogram([{ label: "Heun", errors: [0.001, 0.01, 0.01, 0.1] }], { bins: 9 });
    const spec = JSON.stringify(figure.spec);
    const shares = [...spec.matchAll(/"share":([\d.e-]+)/g)].map(([, share]) => Number(share));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(2, 10);
    expect(figure.caption).toContain("Heun 0.0100");
  });

  it("counts errors without a place on the axis, and refuses a method without any other", () => {
    const figure = errorHistogram([{ label: "Heun", errors: [0, Number.NaN, 0.1, 0.2] }]);
    expect(figure.caption).toContain("Heun: 2 errors that are zero or not finite");
    expect(() => errorHistogram([{ label: "Heun", errors: [0] }])).toThrow(/positive finite error/);
  });
});

describe("paretoFronts", () => {
  it("draws a point and a hover text for each setting in each panel", async () => {
    const svg = await renderSvg(paretoFronts(series, { labels: "none" }));
    expect(countMarks(svg, "mark-symbol")).toBe(3 * 3 * 4);
    expect(countMarks(svg, "mark-line")).toBe(3 * 3);
    expect(svg).toContain("<title>HyperHeun, K = 2: error 0.125, 16k MACs</title>");
  });

  it("labels the hypersolver's settings", async () => {
    const svg = await renderSvg(paretoFront(series, { cost: "nfe" }));
    expect(svg.match(/>K = 4<\/text>/g)).toHaveLength(2);
  });

  it("leaves out points without a finite cost and error, and says so", () => {
    const broken = {
      label: "diverged",
      points: [
        { label: "K = 1", nfe: 1, error: Number.POSITIVE_INFINITY },
        { label: "K = 2", nfe: 2, error: 3 },
        { label: "K = 3", error: 0.5 },
      ],
    };
    expect(paretoFront([broken]).caption).toContain("2 points without a positive finite error and cost");
    expect(() => paretoFront([broken], { cost: "macs" })).toThrow(/none usable/);
  });
});

describe("trainingCurve", () => {
  it("thins a long curve and draws the noise floor", async () => {
    const figure = trainingCurve([{ label: "training", losses: errors(1, 10_000, -1) }], {
      resolution: 50,
      noiseFloor: 0.02,
      learningRate: { losses: [0.1, 0.01], iterations: [1, 10_000] },
    });
    expect(JSON.stringify(figure.spec).match(/"low":/g)?.length).toBe(2 * 50 + 2);
    const svg = await renderSvg(figure);
    expect(svg).toContain("noise floor 0.0200");
    expect(svg).toContain("learning rate");
  });

  it("drops losses that are not positive and finite, and refuses a curve without others", () => {
    const figure = trainingCurve([{ label: "training", losses: [1, Number.NaN, 0.5, 0] }]);
    expect(figure.caption).toContain("training: 2 losses");
    expect(() => trainingCurve([{ label: "training", losses: [] }])).toThrow(/positive finite loss/);
    expect(() => trainingCurve([{ label: "a", losses: [1, 2], iterations: [1] }])).toThrow(/2 iterations/);
  });
});
