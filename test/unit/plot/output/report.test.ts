import { describe, expect, it } from "vitest";
import { density, type Report, renderReport, renderSvg, trajectories } from "../../../../src/plot/index.js";
import { gaussian, spirals } from "../clouds.js";

const evil = `<script>alert("1")</script> & 'more'`;

async function report(): Promise<Report> {
  const cloud = await renderSvg(density([{ label: "dopri5", points: gaussian(1, 300) }]));
  const paths = await renderSvg(trajectories([{ label: "Euler", ...spirals(5, 3, 1) }]));
  return {
    title: evil,
    lead: evil,
    facts: [[evil, evil]],
    sections: [
      {
        heading: evil,
        text: `${evil}\n\nSecond paragraph.`,
        table: {
          columns: ["Method", evil],
          rows: [
            ["Heun", 0.6],
            ["HyperHeun", 0.02],
          ],
          emphasized: [1],
        },
        figures: [{ svg: cloud, caption: evil }, { svg: cloud }],
      },
      { heading: "Paths", figures: [{ svg: paths, caption: "Paths.", title: evil }] },
    ],
    footnotes: [evil],
    language: evil,
  };
}

describe("renderReport", () => {
  it("escapes all text", async () => {
    const html = renderReport(await report());
    expect(html).not.toMatch(/<script|alert\("/);
    expect(html).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;");
  });

  it("loads nothing", async () => {
    const html = renderReport(await report());
    // Images are part of the document, and their base64 has any letters.
    const outside = html
      .replaceAll(/ xmlns(:\w+)?="[^"]*"/g, "")
      .replaceAll(/ xlink:href="data:image\/png;base64,[^"]*"/g, "");
    expect(outside).not.toMatch(/https?:|\/\/|@import|@font-face|<link|<img|<iframe| src=/);
    for (const [, reference] of html.matchAll(/url\(([^)]*)\)/g)) expect(reference).toMatch(/^#/);
  });

  it("has unique identifiers, each reference resolved, though a figure appears twice", async () => {
    const html = renderReport(await report());
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(3);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of html.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
  });

  it("aligns numbers and points out rows", async () => {
    const html = renderReport(await report());
    expect(html).toContain('<tr class="emphasized"><td>HyperHeun</td><td class="number">0.0200</td></tr>');
    expect(html).toContain("<p>Second paragraph.</p>");
  });

  it("needs no more than a title", () => {
    const html = renderReport({ title: "Empty", sections: [] });
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toMatch(/<dl>|<footer>|<section>/);
  });
});
