import { type Figure, renderPng, renderSvg } from "../../plot/index.js";
import { fail } from "../../tensor/index.js";
import { writeWhole } from "./files.js";

/** Draws a figure as SVG or PNG, as the name of the file says. */
export async function writePicture(path: string, figure: Figure): Promise<void> {
  const svg = await renderSvg(figure);
  await writeWhole(path, /\.png$/i.test(path) ? renderPng(svg) : svg);
}

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
