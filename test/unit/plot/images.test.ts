import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { encodeIndexedPng } from "../../../src/plot/output/indexed-png.js";
import { rampBytes, rampColors, rampPosition } from "../../../src/plot/parts/color-ramp.js";
import { renderPng } from "../../../src/plot/png/index.js";
import { decodePng } from "./images.js";

describe("encodeIndexedPng", () => {
  const palette = Uint8Array.of(0, 0, 0, 255, 0, 0, 0, 255, 0);

  it("is read back by another decoder, transparency included", () => {
    const pixels = Uint8Array.of(0, 1, 2, 2, 1, 0);
    const file = Buffer.from(encodeIndexedPng({ width: 3, height: 2, pixels, palette, transparent: 2 }));
    const [black, red, clear] = [
      [0, 0, 0],
      [255, 0, 0],
      [0, 255, 0, 0],
    ];
    expect(decodePng(file)).toEqual([
      [black, red, clear],
      [clear, red, black],
    ]);
  });

  it("splits data that are larger than a stored block", () => {
    const pixels = Uint8Array.from({ length: 300 * 500 }, (_, i) => i % 3);
    const decoded = decodePng(Buffer.from(encodeIndexedPng({ width: 300, height: 500, pixels, palette })));
    const index = decoded.flat().map(([red = 0, green = 0]) => (red > 0 ? 1 : green > 0 ? 2 : 0));
    expect(Uint8Array.from(index)).toEqual(pixels);
  });

  it("has the checksums of the standard library", () => {
    const file = Buffer.from(encodeIndexedPng({ width: 1, height: 1, pixels: Uint8Array.of(1), palette }));
    for (let at = 8; at < file.length; ) {
      const length = file.readUInt32BE(at);
      expect(file.readUInt32BE(at + 8 + length)).toBe(crc32(file.subarray(at + 4, at + 8 + length)));
      at += length + 12;
    }
  });

  it("keeps its edges sharp in a PNG drawn from an SVG", () => {
    const pixels = Uint8Array.of(0, 1);
    const url = Buffer.from(encodeIndexedPng({ width: 2, height: 1, pixels, palette })).toString("base64");
    const svg = (inner: string): string =>
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="20">${inner}</svg>`;
    const style = "image-rendering: optimizeSpeed; image-rendering: pixelated;";
    const image = `<image xlink:href="data:image/png;base64,${url}" width="40" height="20" preserveAspectRatio="none" style="${style}"/>`;
    const halves = `<rect width="20" height="20"/><rect x="20" width="20" height="20" fill="#ff0000"/>`;
    expect(renderPng(svg(image))).toEqual(renderPng(svg(halves)));
  });
});

describe("color ramps", () => {
  it("go from dark to bright", () => {
    for (const scheme of ["inferno", "magma", "viridis", "plasma"] as const) {
      const bytes = rampBytes({ scheme }, 64);
      const light = (level: number): number =>
        [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => sum + weight * (bytes[3 * level + i] ?? 0), 0);
      for (let level = 8; level < 64; level += 8) expect(light(level)).toBeGreaterThan(light(level - 8));
    }
  });

  it("have their anchors at their ends, and may be cut short", () => {
    const all = rampColors({ scheme: "viridis" });
    expect([all[0], all.at(-1)]).toEqual(["#440154", "#fde725"]);
    expect(rampColors({ scheme: "viridis", share: 0.5 })).toEqual(all.slice(0, Math.round(all.length / 2)));
    expect([...rampBytes({ scheme: "viridis" }, 2)]).toEqual([0x44, 0x01, 0x54, 0xfd, 0xe7, 0x25]);
  });

  it("clamp, take zero as the darkest of a logarithm, and keep NaN", () => {
    const linear = { type: "linear", scheme: "inferno", domain: [-2, 2] } as const;
    const log = { type: "log", scheme: "inferno", domain: [0.01, 1] } as const;
    expect([-9, 0, 9, Number.NEGATIVE_INFINITY].map((v) => rampPosition(v, linear))).toEqual([0, 0.5, 1, 0]);
    expect([0, 0.1, 7].map((v) => Number(rampPosition(v, log).toFixed(12)))).toEqual([0, 0.5, 1]);
    expect(rampPosition(Number.NaN, linear)).toBeNaN();
  });
});
