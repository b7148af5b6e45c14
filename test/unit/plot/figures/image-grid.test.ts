import { describe, expect, it } from "vitest";
import { imageGrid, renderSvg } from "../../../../src/plot/index.js";
import { decodeImages } from "../images.js";

const options = { height: 2, width: 3, headings: ["k = 0", "k = 1"], valueLabel: "|error|" };
const picture = [9, 0, 0, 0, 0, 3];

describe("imageGrid", () => {
  it("draws the first row of numbers on top, on one scale, with labels once", async () => {
    const rows = [
      { label: "Euler", images: [{ values: picture }, { values: picture.map((v) => v / 3), note: "0.5" }] },
      { label: "HyperEuler", images: [{ values: picture.map(() => 0) }, { values: picture }] },
    ];
    const svg = await renderSvg(imageGrid(rows, { ...options, domain: [0, 9] }));
    const images = decodeImages(svg);
    expect(images).toHaveLength(4);
    const [first, third, dark] = images;
    expect(first).toHaveLength(2);
    expect(first?.[0]).toHaveLength(3);
    // The brightest pixel is upper left, a third as bright a one lower right, where the second picture's brightest is.
    expect(first?.[0]?.[0]).not.toEqual(dark?.[0]?.[0]);
    expect(first?.[1]?.[2]).toEqual(third?.[0]?.[0]);
    expect(first?.[1]?.[2]).not.toEqual(first?.[0]?.[0]);
    expect(first?.[1]?.[0]).toEqual(dark?.[0]?.[0]);
    for (const text of ["Euler", "HyperEuler", "k = 0", "k = 1", "|error|"])
      expect(svg.split(`>${text}</text>`)).toHaveLength(2);
    // A dark edge, and the text on it.
    expect(svg.split(">0.5</text>")).toHaveLength(3);
  });

  it("refuses pictures of another size, and rows of another length", () => {
    const short = [{ label: "a", images: [{ values: [1] }, { values: picture }] }];
    const few = [{ label: "a", images: [{ values: picture }] }];
    for (const rows of [short, few, []])
      expect(() => imageGrid(rows, options)).toThrowError(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }),
      );
  });
});
