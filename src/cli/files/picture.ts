import { type Figure, renderSvg } from "../../plot/index.js";
import { renderPng } from "../../plot/png/index.js";
import { fail } from "../../tensor/index.js";
import { type NamedContent, writeWhole } from "./files.js";

/** What draws pictures: optional, because it is larger than everything else. */
const packages = ["vega", "vega-lite", "@resvg/resvg-js", "@expo-google-fonts/carlito/package.json"];

/**
 * Makes sure, before any long work, that pictures can be drawn.
 * @param instead what to do without them: `or add --no-figures`.
 * @throws PACKAGE_NOT_INSTALLED naming what to install.
 */
export function requirePictures(instead?: string): void {
  const missing = packages
    .filter((name) => !isInstalled(name))
    .map((name) => name.replace("/package.json", ""));
  if (missing.length === 0) return;
  throw fail("PACKAGE_NOT_INSTALLED", {
    what: "pictures",
    expected: "the optional packages that draw them",
    received: `no ${missing.join(", no ")}`,
    help: [`npm install ${missing.join(" ")}`, instead].filter((text) => text !== undefined).join(", "),
  });
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

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
