import type { LoggerInterface } from "vega";
import { fail } from "../../tensor/index.js";
import type { Figure } from "../figure.js";
import { textWidth } from "../parts/text-width.js";
import { theme } from "../parts/theme.js";
import type { TopLevelSpec } from "../parts/vega-lite.js";
import { roundCoordinates, scopeSvgIds, withHoverTitles } from "./svg.js";

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

/**
 * Draws a figure as SVG. The same figure gives the same text, on every machine and in any order of calls.
 *
 * @returns one `<svg>` element in CSS pixels; identifiers inside start with the name of the figure.
 * @throws PACKAGE_NOT_INSTALLED without Vega, which is optional; RUNTIME_FAILURE if Vega cannot draw the specification.
 */
export async function renderSvg(figure: Figure): Promise<string> {
  // Loaded on first use: the two take longer to load than the rest of the library together.
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]).catch(
    (cause: unknown) => {
      throw fail("PACKAGE_NOT_INSTALLED", {
        what: `figure "${figure.name}"`,
        expected: "vega and vega-lite",
        received: cause instanceof Error ? cause.message : String(cause),
        help: "npm install vega vega-lite",
        cause,
      });
    },
  );
  useFontWidths(vega);
  try {
    const { spec } = vegaLite.compile(figure.spec as TopLevelSpec, { config: theme, logger: silent });
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
