import { describe, expect, it } from "vitest";
import {
  type Arrow,
  type DensityRow,
  densityGrid,
  heatMap,
  renderSvg,
  type ScalarGrid,
  seriesCurve,
  speedUpBars,
  vectorField,
} from "../../../src/plot/index.js";
import { countMarks, gaussian, spirals } from "./clouds.js";
import { decodeImages } from "./images.js";

describe("densityGrid", () => {
  const row = (label: string, deviation: number): DensityRow => ({
    label,
    clouds: [
      { label: "data", points: gaussian(1, 3000, 0, 0, deviation) },
      { label: "Heun", points: gaussian(2, 1000, deviation, 0, deviation), note: "2 NFE" },
    ],
  });

  it("has an image a panel, headings and row labels once, and one legend", async () => {
    const svg = await renderSvg(densityGrid([row("rings", 1), row("pinwheel", 3)]));
    expect(decodeImages(svg)).toHaveLength(4);
    for (const text of ["data", "Heun", "rings", "pinwheel", "density"]) {
      expect(svg.split(`>${text}</text>`)).toHaveLength(2);
    }
    // Twice each: the dark edge, and the text on it.
    expect(svg.split(">2 NFE</text>")).toHaveLength(5);
    expect(svg.length).toBeLessThan(60_000);
  });

  it("shows the square region of the first cloud in every panel of a row, and says what lies outside", async () => {
    const wide = { label: "wide", range: { x: [0, 4], y: [0, 2] } as const };
    const clouds = [
      { label: "data", points: [1, 1, 3, 1] },
      { label: "Heun", points: [1, 1, 9, 9] },
    ];
    const figure = densityGrid([{ ...wide, clouds }], { bins: 4, panelSize: 100 });
    expect(figure.caption).toContain("wide, Heun: 50% outside the drawn region.");
    expect(decodeImages(await renderSvg(figure)).map((image) => [image.length, image[0]?.length])).toEqual([
      [2, 4],
      [2, 4],
    ]);
    const [square] = decodeImages(await renderSvg(densityGrid([row("rings", 1)])));
    expect([square?.length, square?.[0]?.length]).toEqual([85, 85]);
  });

  it("gives equal densities the same color, however many points there are", async () => {
    const few = [0.5, 0.5, 1.5, 0.5];
    const clouds = [
      { label: "few", points: few },
      { label: "many", points: [...few, ...few, ...few] },
    ];
    const figure = densityGrid([{ label: "r", clouds, range: { x: [0, 2], y: [0, 1] } }], { bins: 2 });
    const [a, b] = decodeImages(await renderSvg(figure));
    expect(b).toEqual(a);
  });

  it("refuses rows with other columns, repeated rows, and nothing", () => {
    const other = { label: "b", clouds: [{ label: "data", points: [1, 1] }] };
    expect(() => densityGrid([row("a", 1), other])).toThrow(/row "b".*\n.*data \| Heun\n.*data\n/);
    expect(() => densityGrid([row("a", 1), row("a", 1)])).toThrow(/two series named "a"/);
    expect(() => densityGrid([])).toThrow(/at least one series/);
    expect(() => densityGrid([{ label: "a", clouds: [] }])).toThrow(/at least one series/);
  });
});

describe("heatMap", () => {
  const grid = (values: readonly number[], extra: Partial<ScalarGrid> = {}): ScalarGrid => {
    return { label: "f", x: [0, 2], y: [0, 2], columns: 2, rows: 2, values, ...extra };
  };

  it("draws the first row at the bottom, −∞ darkest and NaN not at all", async () => {
    const figure = heatMap([grid([0, 1, Number.NEGATIVE_INFINITY, Number.NaN])]);
    const [[[topLeft, topRight] = [], [bottomLeft, bottomRight] = []] = []] = decodeImages(
      await renderSvg(figure),
    );
    expect(bottomLeft).toEqual([0x44, 0x01, 0x54]);
    expect(bottomRight).toEqual([0xfd, 0xe7, 0x25]);
    expect(topLeft).toEqual(bottomLeft);
    expect(topRight).toHaveLength(4);
    expect(figure.caption).toContain("f: 1 cells without a number are gray.");
  });

  it("has one scale for all panels, or the given one", async () => {
    const panels = [grid([0, 0, 0, 0]), grid([1, 1, 1, 4], { label: "g" })];
    const corner = async (figure: Parameters<typeof renderSvg>[0]): Promise<unknown> =>
      decodeImages(await renderSvg(figure))[0]?.[0]?.[0];
    expect(await corner(heatMap(panels))).toEqual([0x44, 0x01, 0x54]);
    expect(await corner(heatMap(panels, { domain: [-1, 0] }))).toEqual([0xfd, 0xe7, 0x25]);
  });

  it("draws points within the region, the aspect of the region, and axes", async () => {
    const points = [0.5, 0.5, 1, 0.2, 5, 5, Number.NaN, 0];
    const figure = heatMap([{ ...grid([1, 2], { rows: 1, y: [0, 1], points }) }], { panelSize: 200 });
    expect(figure.spec).toMatchObject({ concat: [{ width: 200, height: 100 }] });
    const svg = await renderSvg(figure);
    expect(countMarks(svg, "mark-symbol")).toBe(2);
    expect(svg).toContain(">2.0</text>");
  });

  it("draws a constant field, and refuses what has no place", () => {
    expect(heatMap([grid([3, 3, 3, 3])]).spec).toBeDefined();
    expect(() => heatMap([grid([1, 2, 3])])).toThrow(/2 × 2 cells, 3 numbers/);
    expect(() => heatMap([grid([1, 2, 3, 4], { x: [1, 1] })])).toThrow(/region 0 × 2/);
    expect(() => heatMap([grid(new Array<number>(4).fill(Number.NaN))])).toThrow(/finite numbers/);
    expect(() => heatMap([grid([-1, -1, 0, 0])], { colorScale: "log" })).toThrow(/positive numbers/);
    expect(() => heatMap([grid([1, 2, 3, 4])], { domain: [1, 0] })).toThrow(/ascending/);
  });
});

describe("vectorField", () => {
  const arrows = (n: number, f: (x: number, y: number) => [number, number]): Arrow[] =>
    Array.from({ length: n * n }, (_, i) => {
      const [x, y] = [i % n, Math.floor(i / n)];
      const [u, v] = f(x, y);
      return { x, y, u, v };
    });

  /** Tail and tip in pixels around the middle of an arrow, y pointing up, from the path in the specification. */
  const ends = (spec: unknown): { tail: number[]; tip: number[] }[] =>
    [...JSON.stringify(spec).matchAll(/"path":"M([^"]+)Z"/g)].map(([, path = ""]) => {
      const corners = path.split("L").map((corner) => corner.split(",").map(Number));
      const [left = [], right = []] = [corners[0], corners[6]];
      const tail = left.map((value, i) => (value + (right[i] ?? 0)) / 2);
      return { tail: [tail[0] ?? 0, -(tail[1] ?? 0)], tip: [corners[3]?.[0] ?? 0, -(corners[3]?.[1] ?? 0)] };
    });

  it("points where the field points", () => {
    for (const [u, v] of [
      [1, 0],
      [0, 1],
      [-1, -1],
      [2, -1],
    ] as const) {
      const [{ tail, tip } = { tail: [], tip: [] }] = ends(
        vectorField([{ label: "s", arrows: [{ x: 0, y: 0, u, v }] }]).spec,
      );
      const angle = Math.atan2((tip[1] ?? 0) - (tail[1] ?? 0), (tip[0] ?? 0) - (tail[0] ?? 0));
      expect(angle).toBeCloseTo(Math.atan2(v, u), 2);
    }
  });

  it("draws arrows shorter than their spacing, longer where the field is faster", () => {
    const figure = vectorField([{ label: "s", arrows: arrows(10, (x) => [x, 0]) }], { panelSize: 300 });
    const lengths = ends(figure.spec).map(({ tail, tip }) => (tip[0] ?? 0) - (tail[0] ?? 0));
    // Ten arrows share 300 pixels, less a margin.
    expect(Math.max(...lengths)).toBeLessThan(300 / 10);
    const row = lengths.slice(0, 10);
    expect(row).toEqual([...row].sort((a, b) => a - b));
  });

  it("shows every arrow whole", () => {
    const size = 200;
    const figure = vectorField([{ label: "s", arrows: arrows(3, () => [1, 1]) }], { panelSize: size });
    const [, low = 0, high = 0] =
      /"domain":\[(-?[\d.]+),(-?[\d.]+)\]/.exec(JSON.stringify(figure.spec))?.map(Number) ?? [];
    for (const [i, { tail, tip }] of ends(figure.spec).entries()) {
      const middle = ((i % 3) - low) / (high - low);
      for (const [x = Number.NaN] of [tail, tip]) {
        expect(middle * size + x).toBeGreaterThan(0);
        expect(middle * size + x).toBeLessThan(size);
      }
    }
  });

  it("draws a mark an arrow in every panel, with trajectories over them", async () => {
    const panels = ["s = 0", "s = 1"].map((label) => ({ label, arrows: arrows(3, (x, y) => [-y, x]) }));
    expect(countMarks(await renderSvg(vectorField(panels)), "mark-symbol")).toBe(2 * 9);
    const trajectories = { label: "dopri5", ...spirals(30, 4, 1) };
    const over = vectorField([{ label: "s = 0", arrows: arrows(3, (x, y) => [-y, x]), trajectories }]);
    expect(countMarks(await renderSvg(over), "mark-line")).toBe(4);
    expect(over.caption).toContain("Lines are trajectories");
  });

  it("draws a field that is zero as dots, and leaves out arrows that are not finite", () => {
    const still = vectorField([{ label: "s", arrows: arrows(3, () => [0, 0]) }]);
    expect(JSON.stringify(still.spec)).not.toMatch(/NaN|null,null/);
    const broken = arrows(3, (x) => [x === 0 ? Number.NaN : 1, 0]);
    expect(vectorField([{ label: "s", arrows: broken }]).caption).toContain(
      "s: 3 arrows that are not finite",
    );
    expect(() => vectorField([{ label: "s", arrows: [] }])).toThrow(/at least one finite arrow/);
    const trajectories = { label: "t", states: [1, 2, 3], shape: [3, 1, 1] as const };
    expect(() => vectorField([{ label: "s", arrows: broken, trajectories }])).toThrow(/dimension 2/);
  });
});

describe("speedUpBars", () => {
  const items = [
    { label: "dopri5", role: "reference", milliseconds: 14_672, bytes: 5e9 },
    { label: "HyperHeun", role: "hypersolver", milliseconds: 131, bytes: 2.5e8 },
    { label: "slow", milliseconds: 29_344, bytes: 1e10 },
    { label: "twin", milliseconds: 14_672 },
  ] as const;

  it("writes cost and ratio at every bar", async () => {
    const svg = await renderSvg(speedUpBars(items));
    for (const text of ["14.7 s", "131 ms", "112× faster", "2.0× slower", "the same", "5.00 GB", "250 MB"]) {
      expect(svg).toContain(`>${text}</text>`);
    }
    expect(svg).toContain(">20× less</text>");
    expect(svg).toContain(">2.0× more</text>");
    expect(svg).toContain("<title>HyperHeun: 131 ms, 112× faster</title>");
  });

  it("has a panel for memory only if there is any", () => {
    expect(speedUpBars(items).spec).toMatchObject({ hconcat: { length: 2 } });
    const times = items.map(({ label, milliseconds }) => ({ label, milliseconds }));
    expect(speedUpBars(times).spec).toMatchObject({ hconcat: { length: 1 } });
  });

  it("compares with the named method, the reference, or the slowest", () => {
    expect(speedUpBars(items).caption).toContain(
      "Against dopri5 – HyperHeun: 112× faster; slow: 2.0× slower",
    );
    expect(speedUpBars(items, { reference: "HyperHeun" }).caption).toContain("dopri5: 112× slower");
    const times = items.map(({ label, milliseconds }) => ({ label, milliseconds }));
    expect(speedUpBars(times).caption).toContain("Against slow");
  });

  it("keeps every text within the panel", async () => {
    const svg = await renderSvg(
      speedUpBars([
        { label: "a", milliseconds: 1e-5 },
        { label: "b", milliseconds: 9e9 },
      ]),
    );
    const [, width] = /<svg[^>]* width="([\d.]+)"/.exec(svg) ?? [];
    // 480 for the panel, the rest for the names and the padding.
    expect(Number(width)).toBeLessThan(480 + 80);
  });

  it("refuses costs that are not positive, and unknown references", () => {
    expect(() => speedUpBars([{ label: "a", milliseconds: 0 }])).toThrow(/positive finite costs/);
    expect(() => speedUpBars([{ label: "a", milliseconds: 1, bytes: Number.NaN }])).toThrow(/NaN bytes/);
    expect(() => speedUpBars(items, { reference: "Euler" })).toThrow(/Euler/);
    expect(() => speedUpBars([])).toThrow(/at least one series/);
  });
});

describe("seriesCurve", () => {
  it("draws negative values on a linear axis, and a level with its name", async () => {
    const figure = seriesCurve([{ label: "NLL", values: [2, 0, -1.5] }], {
      valueLabel: "nats",
      level: { value: -2, label: "entropy" },
    });
    const svg = await renderSvg(figure);
    for (const text of ["nats", "entropy", "iteration"]) expect(svg).toContain(`>${text}</text>`);
    expect(figure.caption).toBe("NLL ends at −1.50.");
  });

  it("thins long curves, several of them, with a legend", async () => {
    const values = Array.from({ length: 5000 }, (_, i) => Math.sin(i));
    const figure = seriesCurve(
      [
        { label: "rings", values },
        { label: "moons", values },
      ],
      { resolution: 50 },
    );
    expect(JSON.stringify(figure.spec).match(/"low":/g)?.length).toBe(2 * 2 * 50);
    expect(await renderSvg(figure)).toContain(">moons</text>");
    expect(figure.caption).toContain("bands hold 90% of them");
  });

  it("drops what has no place on the axis, and refuses a curve without anything else", () => {
    const values = [1, -1, Number.NaN];
    expect(seriesCurve([{ label: "a", values }]).caption).toContain("a: 1 values");
    expect(seriesCurve([{ label: "a", values }], { scale: "log" }).caption).toContain("a: 2 values");
    expect(() => seriesCurve([{ label: "a", values: [-1] }], { scale: "log" })).toThrow(
      /positive finite value/,
    );
    expect(() => seriesCurve([{ label: "a", values: [] }])).toThrow(/at least one finite value/);
  });
});
