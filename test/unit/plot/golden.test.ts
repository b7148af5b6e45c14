import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as plot from "../../../src/plot/index.js";
import { goldenFigures } from "./golden-figures.js";
import { decodeImages } from "./images.js";

/** Pictures that somebody has looked at. `HYPERSOLVERS_GOLDEN=renew` writes them anew: look at what changed. */
const folder = "test/fixtures/golden";
const renews = process.env.HYPERSOLVERS_GOLDEN === "renew";
const fileOf = (name: string): string => `${folder}/${name.replaceAll(" ", "-")}.svg`;

/** Coordinates are written in hundredths of a pixel; another version of Node may round the last one otherwise. */
const HUNDREDTHS = 0.02;
/** A pixel on the border between two colors of a ramp of 256 may take its neighbor. */
const ONE_COLOR = 8;

/** What a picture says apart from numbers in coordinates and from pixels; these two by themselves. */
function partsOf(svg: string) {
  const coordinates: number[] = [];
  const drawing = svg
    .replaceAll(/href="data:image\/png;base64,[^"]+"/g, 'href="image"')
    .replaceAll(
      / (d|transform|x|y|x1|x2|y1|y2|cx|cy|r|width|height)="([^"]*)"/g,
      (_, name, value: string) => {
        const text = value.replaceAll(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g, (number) => {
          coordinates.push(Number(number));
          return "#";
        });
        return ` ${name}="${text}"`;
      },
    );
  return { drawing: drawing.replaceAll("<", "\n<").split("\n"), coordinates, images: decodeImages(svg) };
}

const furthest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(0, ...a.map((value, i) => Math.abs(value - (b[i] ?? Number.POSITIVE_INFINITY))));

/** Throws unless two pictures are the same but for rounding. */
function expectSamePicture(svg: string, golden: string): void {
  const [now, then] = [partsOf(svg), partsOf(golden)];
  expect(now.drawing).toEqual(then.drawing);
  expect(now.coordinates.length).toBe(then.coordinates.length);
  expect(furthest(now.coordinates, then.coordinates)).toBeLessThanOrEqual(HUNDREDTHS);
  const sizes = ({ images }: ReturnType<typeof partsOf>) =>
    images.map((rows) => rows.map((row) => row.map((pixel) => pixel.length)));
  expect(sizes(now)).toEqual(sizes(then));
  expect(furthest(now.images.flat(3), then.images.flat(3))).toBeLessThanOrEqual(ONE_COLOR);
}

test.each(Object.entries(goldenFigures))("%s looks as it did", async (name, figure) => {
  const svg = await plot.renderSvg(figure);
  const file = fileOf(name);
  if (renews) writeFileSync(file, `${svg}\n`);
  expect(existsSync(file), `${file}: made by HYPERSOLVERS_GOLDEN=renew, see CONTRIBUTING.md`).toBe(true);
  expectSamePicture(svg, readFileSync(file, "utf8").trimEnd());
});

test("every kind of figure has a picture, and every picture its figure", () => {
  const others = ["renderPng", "renderSvg", "renderReport", "textTable"];
  // One front alone is drawn for the layers above.
  const functions = [...Object.keys(plot), "paretoFront"];
  const kinds = new Set(Object.keys(goldenFigures).map((name) => name.split(" ")[0] ?? ""));
  expect([...kinds].sort()).toEqual(functions.filter((name) => !others.includes(name)).sort());
  const files = readdirSync(folder).map((file) => `${folder}/${file}`);
  expect(files.sort()).toEqual(Object.keys(goldenFigures).map(fileOf).sort());
});

test("a missing mark, another label, a moved axis and another color are noticed", () => {
  const golden = readFileSync(fileOf("heatMap"), "utf8").trimEnd();
  expectSamePicture(golden, golden);
  const mark = /<g class="mark-symbol role-mark[^>]*>.*?<path[^>]*>/s.exec(golden)?.[0] ?? "";
  const image = /base64,([^"]+)"/.exec(golden)?.[1] ?? "";
  const other = /base64,([^"]+)"/.exec(golden.slice(golden.indexOf(image) + image.length))?.[1] ?? "";
  const changes: readonly (readonly [string, string])[] = [
    [mark, mark.slice(0, mark.lastIndexOf("<path"))],
    [">log density</text>", ">density</text>"],
    ["translate(", "translate(1"],
    [image, other],
  ];
  for (const [old, changed] of changes) {
    expect(golden).toContain(old);
    const damaged = golden.replace(old, changed);
    expect(damaged).not.toBe(golden);
    expect(() => expectSamePicture(damaged, golden)).toThrow();
  }
});
