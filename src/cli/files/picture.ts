import { type Figure, renderSvg } from "../../plot/index.js";
import { renderPng } from "../../plot/png/index.js";
import { fail } from "../../tensor/index.js";
import { type NamedContent, writeWhole } from "./files.js";

/** Draws a figure as SVG or PNG, as the name of the file says. */
export async function writePicture(path: string, figure: Figure): Promise<void> {
  const svg = await renderSvg(figure);
  await writeWhole(path, /\.png$/i.test(path) ? renderPng(svg) : svg);
}

/** Files with a PNG behind every SVG: for places that show no SVG, and equal on machines without the fonts. */
export const withPngs = (files: readonly NamedContent[]): NamedContent[] =>
  files.flatMap((file) => {
    if (!file.path.endsWith(".svg") || typeof file.content !== "string") return [file];
    return [file, { path: file.path.replace(/svg$/, "png"), content: renderPng(file.content) }];
  });

/** @throws INVALID_ARGUMENT unless points lie in the plane. */
export function requirePlane(dimension: number, option: string): void {
  if (dimension === 2) return;
  throw fail("INVALID_ARGUMENT", {
    what: option,
    expected: "a flow over 2 columns",
    received: `one over ${dimension}`,
    help: `drop ${option}; --out keeps all columns`,
  });
}
