/** SVG to PNG, under Node: `hypersolvers/plot/png`. Browsers draw SVG themselves. */
import { createRequire } from "node:module";
import { fail } from "../../tensor/index.js";
import { hasExtremeCoordinates } from "../output/svg.js";

/** What Vega adds for browsers to `image-rendering: optimizeSpeed`; resvg knows only that, and takes the last one. */
const pixelated = " image-rendering: pixelated;";

const require = createRequire(import.meta.url);

function loadResvg(): typeof import("@resvg/resvg-js") {
  try {
    return require("@resvg/resvg-js");
  } catch (cause) {
    throw fail("PACKAGE_NOT_INSTALLED", {
      what: "PNG",
      expected: "@resvg/resvg-js and the font @expo-google-fonts/carlito",
      received: cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause),
      help: "npm install @resvg/resvg-js @expo-google-fonts/carlito, or write SVG",
      cause,
    });
  }
}

/** The shipped font: the package has no entry point that Node can load, so its files are named. */
const fontFiles = ["400Regular/Carlito_400Regular.ttf", "700Bold/Carlito_700Bold.ttf"] as const;

/**
 * Draws an SVG of `renderSvg` as PNG with the shipped font only, so that the pixels do not depend on
 * the fonts of the machine.
 *
 * @param options.scale pixels a CSS pixel. Default 2.
 * @returns the bytes of the PNG file.
 * @throws PACKAGE_NOT_INSTALLED without resvg, which is optional; INVALID_ARGUMENT if the scale is not in (0, 16], or the SVG cannot be read or has extreme coordinates.
 */
export function renderPng(svg: string, options: { readonly scale?: number } = {}): Uint8Array {
  const { scale = 2 } = options;
  if (!(scale > 0 && scale <= 16)) {
    throw fail("INVALID_ARGUMENT", { what: "scale", expected: "in (0, 16]", received: String(scale) });
  }
  if (hasExtremeCoordinates(svg)) {
    throw fail("INVALID_ARGUMENT", {
      what: "SVG for a PNG",
      expected: "coordinates within a million pixels",
      received: "larger ones, or NaN",
      help: "limit the range of the data that the figure shows",
    });
  }
  const { Resvg } = loadResvg();
  try {
    const image = new Resvg(svg.replaceAll(pixelated, ""), {
      fitTo: { mode: "zoom", value: scale },
      font: {
        loadSystemFonts: false,
        fontFiles: fontFiles.map((file) => require.resolve(`@expo-google-fonts/carlito/${file}`)),
        defaultFontFamily: "Carlito",
      },
    });
    return image.render().asPng();
  } catch (cause) {
    throw fail("INVALID_ARGUMENT", {
      what: "SVG for a PNG",
      received: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}
