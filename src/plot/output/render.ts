import { createRequire } from "node:module";
import type { LoggerInterface } from "vega";
import { fail } from "../../tensor/index.js";
import type { Figure } from "../figure.js";
import { textWidth } from "../parts/text-width.js";
import { theme } from "../parts/theme.js";
import { hasExtremeCoordinates, roundCoordinates, scopeSvgIds, withHoverTitles } from "./svg.js";

/** The part of a text item that decides its width. */
interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
}

/** Vega's measure of text widths, replaceable by its users but missing from its published types. */
interface TextMetrics {
  textMetrics: { width: (item: TextItem, text: unknown) => number };
}

/** Lets Vega measure texts in the figure font; without a canvas it only guesses. */
function useFontWidths(vega: object | TextMetrics): void {
  if (!("textMetrics" in vega)) return;
  vega.textMetrics.width = (item, text) =>
    textWidth(String(text ?? ""), item.fontSize ?? 11, item.fontWeight === "bold");
}

/** Keeps Vega and Vega-Lite off the console. */
const silent: LoggerInterface = {
  level: () => silent,
  error: () => silent,
  warn: () => silent,
  info: () => silent,
  debug: () => silent,
};

/** What Vega adds for browsers to `image-rendering: optimizeSpeed`; resvg knows only that, and takes the last one. */
const pixelated = " image-rendering: pixelated;";

const require = createRequire(import.meta.url);

/** The shipped font: the package has no entry point that Node can load, so its files are named. */
const fontFiles = ["400Regular/Carlito_400Regular.ttf", "700Bold/Carlito_700Bold.ttf"] as const;

/**
 * Draws a figure as SVG. The same figure gives the same text, on every machine and in any order of calls.
 *
 * @returns one `<svg>` element in CSS pixels; identifiers inside start with the name of the figure.
 * @throws RUNTIME_FAILURE if Vega cannot draw the specification.
 */
export async function renderSvg(figure: Figure): Promise<string> {
  // Loaded on first use: the two take longer to load than the rest of the library together.
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  useFontWidths(vega);
  try {
    const { spec } = vegaLite.compile(figure.spec, { config: theme, logger: silent });
    const view = new vega.View(vega.parse(spec), { renderer: "none", logger: silent });
    const svg = await view.toSVG();
    view.finalize();
    return withHoverTitles(roundCoordinates(scopeSvgIds(svg, figure.name)));
  } catch (cause) {
    throw fail("RUNTIME_FAILURE", {
      what: `figure "${figure.name}"`,
      received: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

/**
 * Draws an SVG of `renderSvg` as PNG with the shipped font only, so that the pixels do not depend on
 * the fonts of the machine.
 *
 * @param options.scale pixels a CSS pixel. Default 2.
 * @returns the bytes of the PNG file.
 * @throws INVALID_ARGUMENT if the scale is not in (0, 16], or the SVG cannot be read or has extreme coordinates.
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
  const { Resvg }: typeof import("@resvg/resvg-js") = require("@resvg/resvg-js");
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
