import { describe, expect, it } from "vitest";
import { type Figure, heatMap, renderSvg } from "../../../../src/plot/index.js";
import { paretoFront } from "../../../../src/plot/internal.js";
import { renderPng } from "../../../../src/plot/png/index.js";

const figure = (title: string): Figure =>
  paretoFront([{ label: "Heun", points: [{ label: "K = 1", nfe: 2, error: 0.1 }] }], { title });

/** Width and height in the header of a PNG file. */
function pngSize(png: Uint8Array): [number, number] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return [view.getUint32(16), view.getUint32(20)];
}

describe("renderPng", () => {
  it("writes a PNG of the SVG's size times the scale", async () => {
    const svg = await renderSvg(figure("Size"));
    const [, width, height] = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
    for (const scale of [1, 2]) {
      const png = renderPng(svg, { scale });
      expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      expect(pngSize(png)).toEqual([Number(width) * scale, Number(height) * scale]);
    }
    expect(pngSize(renderPng(svg))).toEqual(pngSize(renderPng(svg, { scale: 2 })));
  });

  it("draws text with the shipped font alone: other letters, other pixels", async () => {
    const svg = await renderSvg(figure("Text AAA"));
    const same = renderPng(svg, { scale: 1 });
    expect(renderPng(svg, { scale: 1 })).toEqual(same);
    expect(renderPng(svg.replaceAll("Text AAA", "Text BBB"), { scale: 1 })).not.toEqual(same);
    expect(renderPng(svg.replaceAll(/<text.*?<\/text>/g, ""), { scale: 1 }).length).toBeLessThan(same.length);
  });

  it("has the glyphs of mathematical labels: no two look the same, as missing ones would", () => {
    const glyphs = [..."⁰¹²³⁴⁵⁶⁷⁸⁹⁻₁₂₃−×·–εψ‖µ∞≤→"];
    const seen = new Set<string>();
    for (const glyph of glyphs) {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"><text x="2" y="18" font-family="Carlito" font-size="16">${glyph}</text></svg>`;
      seen.add(Buffer.from(renderPng(svg)).toString("base64"));
    }
    expect(seen.size).toBe(glyphs.length);
  });

  it("refuses what cannot be drawn", () => {
    expect(() => renderPng("not an image")).toThrow(/not usable/);
    expect(() => renderPng("<svg/>", { scale: 0 })).toThrow(/scale/);
    const far = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0,0L1e+9,2"/></svg>`;
    expect(() => renderPng(far)).toThrow(/million pixels/);
  });
});

describe("renderSvg", () => {
  it("escapes text", async () => {
    const svg = await renderSvg(figure("a < b & c"));
    expect(svg).toContain("a &lt; b &amp; c");
  });

  it("leaves no loose references and rounds coordinates", async () => {
    const heat = { label: "f", x: [0, 1], y: [0, 1], columns: 1, rows: 2, values: [0, 1] } as const;
    const svg = await renderSvg(heatMap([heat]));
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const references = [...svg.matchAll(/url\(#([^)]+)\)/g)].map(([, id]) => id);
    // The legend has a gradient.
    expect(references.length).toBeGreaterThan(0);
    for (const id of references) expect(ids).toContain(id);
    expect(svg).not.toMatch(/ d="[^"]*\.\d{3}/);
  });
});
