import { fail } from "../tensor/index.js";

/**
 * A Vega-Lite 6 specification, as JSON. Not of Vega-Lite's own type, which brings the DOM along: programs that hand it on
 * to Vega-Lite say `figure.spec as TopLevelSpec`, with the type from there.
 */
export type FigureSpec = object;

/** A picture before it is drawn: what it shows, in words and as a Vega-Lite specification with inline data. */
export interface Figure {
  /** File name without extension; also the prefix of every identifier inside the SVG. */
  readonly name: string;
  /** Drawn above the picture. */
  readonly title: string;
  /** Printed below the picture by a report; says also which data could not be drawn. */
  readonly caption: string;
  readonly spec: FigureSpec;
}

/** What a method is in a comparison. Each role has one color in every figure. */
export type Role = "reference" | "base" | "hypersolver" | "other";

/** A named method in a comparison. */
export interface Method {
  /** Text of legends and panel titles, unique within a figure: `"HyperHeun, 2 NFE"`. */
  readonly label: string;
  /** Default `"other"`. */
  readonly role?: Role;
}

/** A plain or typed list of numbers. */
export type NumberList = readonly number[] | Float32Array | Float64Array;

/** Wording of a figure; every figure kind has defaults. */
export interface FigureText {
  /** Default: the figure kind, such as `"density"`. */
  readonly name?: string;
  readonly title?: string;
  /** Replaces the generated caption; a note about data that could not be drawn is still added. */
  readonly caption?: string;
}

/** Refuses a comparison without methods, or with two methods of the same label. */
export function requireMethods(what: string, methods: readonly Method[]): void {
  if (methods.length === 0) {
    throw fail("INVALID_ARGUMENT", { what, expected: "at least one series", received: "none" });
  }
  const labels = new Set<string>();
  for (const { label } of methods) {
    if (labels.has(label)) {
      throw fail("INVALID_ARGUMENT", {
        what,
        expected: "unique labels",
        received: `two series named "${label}"`,
        help: "give each series its own label",
      });
    }
    labels.add(label);
  }
}

/** Joins the non-empty sentences of a caption. */
export function sentences(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(" ");
}
